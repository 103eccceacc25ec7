import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { expire } from './decision.ts'
import { noteSignal } from './fraud-signal.ts'
import { lockRma, type Rma } from './rma.ts'

/** Ids of advances whose goods should have been back by now. */
export async function overdueAdvances(db: Kysely<Tables>, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from resolution where clawback = 'open' and status = 'succeeded' and clawback_due_at < now()
    order by clawback_due_at limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

const onTheRoad = ['authorized', 'label_issued', 'in_transit', 'expired']

/**
 * Says that the customer owes an advance whose goods never came. Goods that have come are judged first: then the final
 * resolution says what is owed. Nothing is charged by itself.
 *
 * @returns the return that changed, if it did
 */
export async function claimBack(db: Kysely<Tables>, resolutionId: string): Promise<Rma | undefined> {
  const { rma_id } = await db
    .selectFrom('resolution')
    .select('rma_id')
    .where('id', '=', resolutionId)
    .executeTakeFirstOrThrow()
  const rma = await lockRma(db, rma_id)
  if (!onTheRoad.includes(rma.status)) return undefined
  const due = await db
    .updateTable('resolution')
    .set((of) => ({ clawback: 'due', clawback_minor: of.ref('amount_minor') }))
    .where('id', '=', resolutionId)
    .where('clawback', '=', 'open')
    .returningAll()
    .executeTakeFirst()
  if (!due) return undefined
  await noteSignal(db, rma, 'advance_kept', { amount_minor: due.amount_minor, currency: due.currency })
  return rma.status === 'authorized' || rma.status === 'label_issued' ? expire(db, rma, true) : rma
}
