import { type Kysely, sql } from 'kysely'
import { type Claim, lockClaim } from './claim.ts'
import { setStatus } from './claim-status.ts'
import { write } from './correspondence.ts'
import type { Tables } from './database-tables.ts'
import { answerDue } from './deadline.ts'
import type { LineDraw } from './opening.ts'

export interface Appeal {
  number: string
  round: number
  draws: ReadonlyMap<string, LineDraw>
  statement: string
  actor: string
}

/**
 * Brings a denied claim back, with what was set apart for it anew.
 *
 * @throws {BusinessError} invalid_transition when it is not denied any more
 */
export async function appeal(db: Kysely<Tables>, { number, round, draws, statement, actor }: Appeal): Promise<void> {
  const claim = await lockClaim(db, number)
  const cause = { type: 'claim.appealed', actor }
  await setStatus(db, claim, 'appealed', cause, { draw_round: round, sla_due: await answerDue(db), reason_code: null })
  for (const [orderLineId, { drawId }] of draws)
    await db
      .updateTable('claim_line')
      .set({ draw_id: drawId })
      .where('claim_id', '=', claim.id)
      .where('order_line_id', '=', orderLineId)
      .execute()
  await write(db, { claimId: claim.id, direction: 'in', kind: 'appeal', text: statement, author: actor })
}

/** The round of draws that an appeal begins; one that came to nothing is not used again. */
export async function nextDrawRound(db: Kysely<Tables>, { id, draw_round }: Claim): Promise<number> {
  const { draw_tries } = await db
    .updateTable('claim')
    .set((of) => ({ draw_tries: sql<number>`greatest(${of.ref('draw_tries')}, ${draw_round}) + 1` }))
    .where('id', '=', id)
    .returning('draw_tries')
    .executeTakeFirstOrThrow()
  return draw_tries
}
