import { begin } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { type Claim, linesOf } from './claim.ts'
import type { Tables } from './database-tables.ts'
import { drawSource } from './workflows/draw-source.ts'
import { releaseDraws } from './workflows/release-draws.ts'

/**
 * Begins to give back what is set apart for a locked claim that ends without a payment; nothing happens when it has begun.
 *
 * @returns id of the process
 */
export async function beginRelease(db: Kysely<Tables>, claim: Claim, actor: string): Promise<string> {
  const { number } = claim
  const drawn = (await linesOf(db, [claim.id])).filter(({ draw_id }) => draw_id !== null)
  const sourceId = drawSource(claim)
  const id = `${sourceId}-release`
  const input = { number, sourceId, orderLineIds: drawn.map(({ order_line_id }) => order_line_id) }
  await begin(db, releaseDraws, { id, subject: number, input, startedBy: actor })
  await db.updateTable('claim_line').set({ draw_id: null }).where('claim_id', '=', claim.id).execute()
  return id
}
