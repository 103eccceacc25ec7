import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'

/** Source of the adjustment by which goods sent back pay for an order; its source id is the resolution or settlement. */
export const EXCHANGE = 'exchange'

/** Orders whose payments stand for an order, nearest first: its own, and those whose goods were exchanged for it. */
export async function paidOrdersOf(db: Kysely<Tables>, orderId: string): Promise<string[]> {
  const found = [orderId]
  for (const id of found) {
    const before = await db
      .selectFrom('adjustment')
      .innerJoin('compensation', 'compensation.source_id', 'adjustment.source_id')
      .select('compensation.order_id')
      .distinct()
      .where('adjustment.order_id', '=', id)
      .where('adjustment.source', '=', EXCHANGE)
      .execute()
    for (const { order_id } of before) if (!found.includes(order_id)) found.push(order_id)
  }
  return found
}
