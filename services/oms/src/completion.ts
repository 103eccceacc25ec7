import { DAY_MS } from '@backroom/calendar'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import type { Order } from './order.ts'
import { setStatus } from './order-status.ts'
import { recordEvent } from './timeline.ts'

/** Days after the last delivery in which goods can be sent back. */
export const RETURN_WINDOW_DAYS = 30

/** Completes a locked order that has arrived whole and that nothing stops; its return window begins. */
export async function completeDelivered(db: Kysely<Tables>, order: Order): Promise<Order> {
  const open = order.status === 'processing' || order.status === 'partially_cancelled'
  if (!open || order.fulfillment_status !== 'delivered') return order
  const deliveredAt = await lastDelivery(db, order.id)
  const windowEnds = new Date(deliveredAt.getTime() + RETURN_WINDOW_DAYS * DAY_MS)
  const completed = await setStatus(db, order, 'completed', { completed_at: new Date(), window_ends_at: windowEnds })
  await recordEvent(db, {
    orderId: order.id,
    type: 'order.completed',
    actor: 'orders',
    rank: 12,
    data: { return_until: windowEnds.toISOString() },
  })
  return completed
}

/**
 * Closes completed orders whose return window is over and that have neither a return nor a claim open.
 *
 * @returns how many; fewer than `limit` when none is left
 */
export async function closeOrders(db: Kysely<Tables>, limit: number): Promise<number> {
  const due = await db
    .selectFrom('orders')
    .selectAll()
    .where('status', '=', 'completed')
    .where('window_ends_at', '<=', sql<Date>`now()`)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('order_case').select('number').whereRef('order_id', '=', 'orders.id').where('open', '=', true),
        ),
      ),
    )
    .orderBy('window_ends_at')
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute()
  for (const order of due) {
    await setStatus(db, order, 'closed')
    await recordEvent(db, { orderId: order.id, type: 'order.closed', actor: 'orders' })
  }
  return due.length
}

async function lastDelivery(db: Kysely<Tables>, orderId: string): Promise<Date> {
  const { at } = await db
    .selectFrom('shipment')
    .select((of) => of.fn.max('delivered_at').as('at'))
    .where('order_id', '=', orderId)
    .executeTakeFirstOrThrow()
  return at ?? new Date()
}
