import { isDeepStrictEqual } from 'node:util'
import { DAY_MS, type Day, dayOf, daysAfter } from '@backroom/calendar'
import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { Address } from './address.ts'
import type { Tables } from './database-tables.ts'
import type { Order } from './order.ts'
import { isLiving } from './order-actions.ts'
import { refreshAxes } from './order-axes.ts'
import { linesOf } from './order-line.ts'
import { salesRegionOf } from './sales-region.ts'
import { shipmentsOf } from './shipment.ts'
import { recordEvent } from './timeline.ts'

/**
 * Sends a locked order elsewhere, unless a warehouse has packed something of it: then the order stays, with what can be
 * done instead.
 *
 * @throws {BusinessError} invalid_transition for an order that is over
 */
export async function changeAddress(
  db: Kysely<Tables>,
  order: Order,
  address: Address,
  actor: string,
): Promise<{ status: 'updated' | 'too_late'; options?: string[]; order: Order }> {
  requireLiving(order, 'be sent elsewhere')
  const packed = await shipmentsOf(db, [order.id])
  if (packed.length > 0) return { status: 'too_late', options: optionsOf(packed), order }
  if (isDeepStrictEqual(order.ship_to, address)) return { status: 'updated', order }
  await db
    .updateTable('orders')
    .set({ ship_to: JSON.stringify(address), region: await salesRegionOf(db, address) })
    .where('id', '=', order.id)
    .execute()
  await recordEvent(db, { orderId: order.id, type: 'order.address_changed', actor })
  return { status: 'updated', order: await refreshAxes(db, order.id) }
}

/**
 * Says that units of a line of a locked order are not there yet.
 *
 * @throws {BusinessError} not_found for a foreign line; invalid_transition when all its units have been sent
 */
export async function markBackorder(
  db: Kysely<Tables>,
  order: Order,
  wanted: { orderLineId: string; expectedOn: Day; notify: boolean; actor: string },
): Promise<Order> {
  const { orderLineId, expectedOn, notify, actor } = wanted
  requireLiving(order, 'wait for goods')
  requireComing(expectedOn)
  const line = (await linesOf(db, [order.id])).find(({ id }) => id === orderLineId)
  if (!line) throw new BusinessError('not_found', `${order.number} has no line ${orderLineId}.`)
  if (line.qty_shipped === line.qty_current)
    throw new BusinessError('invalid_transition', `No unit of ${line.sku} is still to be sent.`, {
      details: { order_line_id: orderLineId, legal: [] },
    })
  if (line.backorder_until === expectedOn) return order
  await db.updateTable('order_line').set({ backorder_until: expectedOn }).where('id', '=', orderLineId).execute()
  await db.updateTable('orders').set({ backordered: true }).where('id', '=', order.id).execute()
  await recordEvent(db, {
    orderId: order.id,
    type: 'order.backordered',
    actor,
    visibility: notify ? 'customer' : 'internal',
    data: { order_line_id: orderLineId, sku: line.sku, expected_on: expectedOn },
  })
  const arrives = daysAfter(expectedOn, order.shipping_option.days_max)
  return arrives > order.promised_by ? promise(db, order, { date: arrives, notify, actor }) : refreshAxes(db, order.id)
}

/**
 * Promises a locked order for another day; the moment at which it has to leave moves by as many days.
 *
 * @throws {BusinessError} invalid_transition for an order that is over; invalid_argument for a day in the past
 */
export async function promise(
  db: Kysely<Tables>,
  order: Order,
  { date, notify, actor }: { date: Day; notify: boolean; actor: string },
): Promise<Order> {
  requireLiving(order, 'be promised for another day')
  requireComing(date)
  if (order.promised_by === date) return order
  const shift = (Date.parse(date) - Date.parse(order.promised_by)) / DAY_MS
  const shipBy = new Date(+order.ship_by + shift * DAY_MS)
  await db.updateTable('orders').set({ promised_by: date, ship_by: shipBy }).where('id', '=', order.id).execute()
  await db
    .updateTable('fulfillment_order')
    .set({ ship_by: shipBy })
    .where('order_id', '=', order.id)
    .where('status', '=', sql<'open'>`any(${['open', 'picking', 'packed']})`)
    .execute()
  await recordEvent(db, {
    orderId: order.id,
    type: 'order.promise_changed',
    actor,
    visibility: notify ? 'customer' : 'internal',
    data: { promised_by: date, before: order.promised_by },
  })
  return refreshAxes(db, order.id)
}

function optionsOf(packed: readonly { status: string }[]): string[] {
  const onTheWay = packed.some(({ status }) => status !== 'packed')
  return onTheWay
    ? ['Ask the carrier to send the parcel elsewhere.', 'Let it arrive, and return it.']
    : ['Cancel the order with cancel_order and place it again.', 'Ask the warehouse to unpack it, then try again.']
}

function requireLiving(order: Order, what: string): void {
  if (isLiving(order) || order.status === 'pending') return
  throw new BusinessError('invalid_transition', `${order.number} is ${order.status} and cannot ${what}.`, {
    details: { status: order.status, legal: [] },
  })
}

function requireComing(day: Day): void {
  if (day >= dayOf()) return
  throw new BusinessError('invalid_argument', `${day} is in the past; today is ${dayOf()}.`)
}
