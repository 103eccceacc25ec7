import type { Kysely } from 'kysely'
import { ulid } from 'ulid'
import type { AdjustmentKind, Tables } from './database-tables.ts'
import type { Order } from './order.ts'
import { refreshAxes } from './order-axes.ts'

/** A signed change of what was ordered: units and minor units, negative for less. */
export interface Adjustment {
  kind: AdjustmentKind
  orderLineId: string | null
  qty: number
  amountMinor: number
  reason: string
  /** What it was made for; a line is adjusted once for each (source, source id). */
  source: string
  sourceId: string
}

/** Adds adjustments to a locked order and changes what the customer owes. One that is there already changes nothing. */
export async function addAdjustments(
  db: Kysely<Tables>,
  order: Order,
  adjustments: readonly Adjustment[],
): Promise<Order> {
  if (adjustments.length === 0) return order
  const added = await db
    .insertInto('adjustment')
    .values(
      adjustments.map(({ kind, orderLineId, qty, amountMinor, reason, source, sourceId }) => ({
        id: `adj_${ulid()}`,
        order_id: order.id,
        order_line_id: orderLineId,
        kind,
        qty,
        amount_minor: amountMinor,
        reason,
        source,
        source_id: sourceId,
      })),
    )
    .onConflict((conflict) => conflict.columns(['source', 'source_id', 'order_line_id']).doNothing())
    .returning('amount_minor')
    .execute()
  const change = added.reduce((sum, { amount_minor }) => sum + amount_minor, 0)
  await db
    .updateTable('orders')
    .set((of) => ({ due_minor: of('due_minor', '+', change) }))
    .where('id', '=', order.id)
    .execute()
  return refreshAxes(db, order.id)
}
