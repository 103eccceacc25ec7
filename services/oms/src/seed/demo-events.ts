import type { DemoOrder } from '@backroom/demo-data'
import type { Insertable } from 'kysely'
import type { Tables } from '../database-tables.ts'

type EventRow = Insertable<Tables['order_event']>

/** What the history of a demo order tells, oldest first. */
export function eventsOf(order: DemoOrder): EventRow[] {
  const { placedAt, shippedAt, deliveredAt, cancelledAt, customer } = order
  const event = (type: string, at: Date, rank: number, actor: string, source: string, data = {}): EventRow => ({
    order_id: order.orderId,
    type,
    source,
    actor,
    rank,
    occurred_at: at,
    recorded_at: at,
    data: JSON.stringify(data),
  })
  const buyer = customer.customerId
  const units = order.lines.map(({ sku, quantity }) => ({ sku, qty: quantity }))
  const sent = { shipment_ref: order.shipmentRef, warehouse: order.warehouse, lines: units }
  const money = { amount_minor: order.totalMinor, currency: order.currency }
  return [
    event('order.placed', placedAt, 0, buyer, 'orders', {
      number: order.number,
      due_minor: order.totalMinor,
      currency: order.currency,
    }),
    ...order.lines.map(({ orderLineId, sku, quantity }) =>
      event('order.line_placed', placedAt, 1, buyer, 'orders', { order_line_id: orderLineId, sku, qty: quantity }),
    ),
    event('order.confirmed', placedAt, 2, 'orders', 'orders'),
    event('fulfillment.requested', placedAt, 3, 'orders', 'orders', { warehouse: order.warehouse, lines: units }),
    ...(shippedAt ? [event('stock.shipped', shippedAt, 0, 'inventory', 'inventory', sent)] : []),
    ...(shippedAt ? [event('payment.captured', shippedAt, 1, 'payments', 'payments', money)] : []),
    ...(deliveredAt ? [event('order.completed', deliveredAt, 1, 'orders', 'orders')] : []),
    ...(cancelledAt
      ? [event('order.cancelled', cancelledAt, 0, buyer, 'orders', { reason_untrusted: order.cancelReason, ...money })]
      : []),
  ]
}
