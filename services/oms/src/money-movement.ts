import type { Kysely } from 'kysely'
import type { MoneyKind, Tables } from './database-tables.ts'
import type { Order } from './order.ts'
import { refreshAxes } from './order-axes.ts'

/** An amount that payments has moved for an order. */
export interface MoneyMovement {
  kind: MoneyKind
  /** What it was moved for, as payments knows it: ('shipment', shipment_ref), ('cancel', cancellation id), … */
  source: string
  sourceId: string
  /** Minor units of the order's currency. */
  amountMinor: number
}

/**
 * Books an amount on a locked order, once for each (kind, source, source id), however often and by whom it is told:
 * a process hears it as the answer to its call, and a fact brings it again.
 *
 * @returns the order as it is now, and whether this was news
 */
export async function recordMoney(
  db: Kysely<Tables>,
  order: Order,
  { kind, source, sourceId, amountMinor }: MoneyMovement,
): Promise<{ order: Order; news: boolean }> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('money_movement')
    .values({ order_id: order.id, kind, source, source_id: sourceId, amount_minor: amountMinor })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows === 0n) return { order, news: false }
  const column = `${kind}_minor` as const
  await db
    .updateTable('orders')
    .set((of) => ({ [column]: of(column, '+', amountMinor) }))
    .where('id', '=', order.id)
    .execute()
  return { order: await refreshAxes(db, order.id), news: true }
}

/** Opens or closes the dispute flag of a locked order. */
export async function setDispute(db: Kysely<Tables>, order: Order, open: boolean): Promise<Order> {
  await db.updateTable('orders').set({ dispute_open: open }).where('id', '=', order.id).execute()
  return refreshAxes(db, order.id)
}
