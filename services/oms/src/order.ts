import { businessDaysAfter, dayOf } from '@backroom/calendar'
import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Address } from './address.ts'
import { type Customer, rememberCustomers } from './customer.ts'
import type { OrderSource, Tables } from './database-tables.ts'
import { recordDemand } from './demand.ts'
import { applyHolds } from './hold.ts'
import { insertLines, type NewLine, paidMinor } from './order-line.ts'
import { setStatus } from './order-status.ts'
import { salesRegionOf } from './sales-region.ts'
import type { ShippingOption } from './shipping-option.ts'
import { recordEvents } from './timeline.ts'
import { everything, type Viewer } from './viewer.ts'

export type Order = Selectable<Tables['orders']>

/** Everything that is decided about an order before it exists. */
export interface NewOrder {
  /** `ord_` and a ULID; a new one by default. */
  orderId?: string
  checkoutId: string | null
  channel: string
  source: OrderSource
  customer: Customer
  currency: string
  lines: readonly NewLine[]
  shipTo: Address
  shippingOption: ShippingOption
  payment?: { paymentId: string | null; method: string | null }
  couponCode?: string | null
  /** Account, customer or service that placed it. */
  actor: string
}

/** Id of an order that does not exist yet, so that other domains can be told of it first. */
export function newOrderId(): string {
  return `ord_${ulid()}`
}

/**
 * Places an order in status pending: its lines with their entitlements, the demand that it means, and its first events.
 * There is one order for a checkout: a second call for it answers with the order that exists.
 */
export async function createOrder(db: Kysely<Tables>, wanted: NewOrder): Promise<Order> {
  await rememberCustomers(db, [wanted.customer])
  const region = await salesRegionOf(db, wanted.shipTo)
  const order = await insertOrder(db, wanted, region)
  if (!order) return orderOfCheckout(db, wanted.checkoutId)
  const lines = await insertLines(db, order, wanted.lines, 1)
  await recordDemand(db, order, lines)
  await recordEvents(db, [
    {
      orderId: order.id,
      type: 'order.placed',
      actor: wanted.actor,
      data: { number: order.number, due_minor: order.due_minor, currency: order.currency },
    },
    ...lines.map(({ id, sku, qty_ordered }) => ({
      orderId: order.id,
      type: 'order.line_placed',
      actor: wanted.actor,
      rank: 1,
      data: { order_line_id: id, sku, qty: qty_ordered },
    })),
  ])
  return order
}

/** Confirms a pending, locked order: its stock is its own now. Open holds stop it at once. */
export async function confirmOrder(db: Kysely<Tables>, order: Order, actor: string): Promise<Order> {
  const confirmed = await setStatus(db, order, 'confirmed', { confirmed_at: new Date() })
  await recordEvents(db, [{ orderId: order.id, type: 'order.confirmed', actor, rank: 2 }])
  return applyHolds(db, confirmed)
}

/**
 * An order by its id or number, if the viewer may see it.
 *
 * @throws {BusinessError} not_found
 */
export function getOrder(db: Kysely<Tables>, reference: string, viewer: Viewer = everything): Promise<Order> {
  return find(db, reference, viewer, false)
}

/** Like {@link getOrder}, and nobody else changes the order until the transaction ends. Lock before any change. */
export function lockOrder(db: Kysely<Tables>, reference: string, viewer: Viewer = everything): Promise<Order> {
  return find(db, reference, viewer, true)
}

/** @throws {BusinessError} version_conflict when the caller decided on an older state of the order */
export function requireVersion(order: Order, expected: number | undefined): void {
  if (expected === undefined || expected === order.version) return
  throw new BusinessError('version_conflict', `${order.number} has changed: it is at version ${order.version} now.`, {
    details: { expected_version: expected, version: order.version },
    nextActions: [{ tool: 'get_order', arguments: { order_id: order.id }, hint: 'Read it again, then decide.' }],
  })
}

/** What a caller hears about an order that does not exist or is not theirs. */
export function unknownOrder(reference: string): BusinessError {
  return new BusinessError('not_found', `There is no order ${reference}.`, {
    nextActions: [{ tool: 'search_orders', hint: 'Look it up by customer, number, SKU or day.' }],
  })
}

async function find(db: Kysely<Tables>, reference: string, viewer: Viewer, lock: boolean): Promise<Order> {
  let query = db
    .selectFrom('orders')
    .selectAll()
    .where(reference.startsWith('ord_') ? 'id' : 'number', '=', reference)
  if (viewer.customerId !== undefined) query = query.where('customer_id', '=', viewer.customerId)
  if (lock) query = query.forUpdate()
  const order = await query.executeTakeFirst()
  if (order) return order
  throw unknownOrder(reference)
}

function insertOrder(db: Kysely<Tables>, wanted: NewOrder, region: string): Promise<Order | undefined> {
  const sum = (amount: (line: NewLine) => number) => wanted.lines.reduce((all, line) => all + amount(line), 0)
  const grand = sum(paidMinor)
  const placedAt = new Date()
  return db
    .insertInto('orders')
    .values({
      id: wanted.orderId ?? newOrderId(),
      number: sql<string>`'ORD-' || to_char(now() at time zone 'utc', 'YYYY-') || lpad(nextval('order_number')::text, 6, '0')`,
      channel: wanted.channel,
      source: wanted.source,
      checkout_id: wanted.checkoutId,
      customer_id: wanted.customer.customerId,
      status: 'pending',
      currency: wanted.currency,
      subtotal_minor: sum(({ qty, unitMinor }) => qty * unitMinor),
      discount_minor: sum(({ discountMinor }) => discountMinor),
      shipping_minor: sum(({ shippingMinor }) => shippingMinor),
      tax_minor: sum(({ taxMinor }) => taxMinor),
      grand_minor: grand,
      due_minor: grand,
      payment_id: wanted.payment?.paymentId ?? null,
      payment_method: wanted.payment?.method ?? null,
      coupon_code: wanted.couponCode ?? null,
      shipping_option: JSON.stringify(wanted.shippingOption),
      ship_to: JSON.stringify(wanted.shipTo),
      region,
      placed_at: placedAt,
      ship_by: businessDaysAfter(placedAt, 1),
      promised_by: dayOf(businessDaysAfter(placedAt, Math.max(1, wanted.shippingOption.days_max))),
    })
    .onConflict((conflict) => conflict.column('checkout_id').doNothing())
    .returningAll()
    .executeTakeFirst()
}

function orderOfCheckout(db: Kysely<Tables>, checkoutId: string | null): Promise<Order> {
  return db.selectFrom('orders').selectAll().where('checkout_id', '=', checkoutId).executeTakeFirstOrThrow()
}
