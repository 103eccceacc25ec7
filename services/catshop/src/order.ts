import { BusinessError, decodeCursor, pageOf } from '@backroom/mcp-service'
import type { Quote } from '@backroom/money'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import { z } from 'zod'
import type { Address } from './address.ts'
import type { Page } from './catalogue.ts'
import type { Shopper } from './customer.ts'
import type { Tables } from './database-tables.ts'

// The shop's only door to orders: nothing else reads or writes their tables, so that another keeper of orders can take
// over behind these functions.

export type OrderLine = Omit<Selectable<Tables['order_line']>, 'order_id'>

/** A placed order with its lines. */
export type Order = Selectable<Tables['orders']> & { lines: OrderLine[] }

/** Everything that has been decided about a purchase before it becomes an order. */
export interface NewOrder {
  checkoutId: string | null
  source: 'cart' | 'one_shot'
  quote: Quote
  couponCode: string | null
  shippingOption: string
  paymentMethod: string
  address: Address
}

/** Records an order in the caller's transaction. */
export async function placeOrder(db: Kysely<Tables>, { customerId }: Shopper, order: NewOrder): Promise<Order> {
  const { quote } = order
  const placed = await db
    .insertInto('orders')
    .values({
      order_id: `ord_${ulid()}`,
      order_number: sql`'ORD-' || to_char(now(), 'YYYY') || '-' || lpad(nextval('order_number')::text, 6, '0')`,
      customer_id: customerId,
      checkout_id: order.checkoutId,
      source: order.source,
      status: 'confirmed',
      fulfillment_status: 'unfulfilled',
      currency: quote.currency,
      subtotal_minor: quote.subtotalMinor,
      discount_minor: quote.discountMinor,
      shipping_minor: quote.shippingMinor,
      tax_minor: quote.taxMinor,
      total_minor: quote.totalMinor,
      coupon_code: order.couponCode,
      shipping_option: order.shippingOption,
      payment_method: order.paymentMethod,
      address_untrusted: JSON.stringify(order.address),
      placed_at: sql`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const lines = linesOf(quote)
  await db
    .insertInto('order_line')
    .values(lines.map((line) => ({ order_id: placed.order_id, ...line })))
    .execute()
  return { ...placed, lines }
}

/** Lines of an order as they are stored, numbered from 1. */
export function linesOf(quote: Quote): OrderLine[] {
  return quote.lines.map((line, index) => ({
    line: index + 1,
    product_id: line.productId,
    sku: line.sku,
    name: line.name,
    quantity: line.quantity,
    unit_price_minor: line.unitPriceMinor,
    discount_minor: line.discountMinor,
    shipping_minor: line.shippingMinor,
    tax_minor: line.taxMinor,
    paid_minor: line.paidMinor,
  }))
}

/** A customer's orders, newest first. */
export async function listOrders(
  db: Kysely<Tables>,
  { customerId }: Shopper,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Page<Order>> {
  const [before] = decodeCursor(cursor, z.tuple([z.string()])) ?? []
  let query = db.selectFrom('orders').selectAll().where('customer_id', '=', customerId)
  if (before !== undefined) query = query.where('order_id', '<', before)
  const fetched = await query
    .orderBy('order_id', 'desc')
    .limit(limit + 1)
    .execute()
  const page = pageOf(fetched, limit, (order) => [order.order_id])
  return { ...page, items: await withLines(db, page.items) }
}

/**
 * A customer's own order by its id or its number.
 *
 * @throws {BusinessError} `not_found`, for the orders of others too
 */
export async function getOrder(db: Kysely<Tables>, shopper: Shopper, reference: string): Promise<Order> {
  return findOwn(db, shopper, reference, false)
}

/** Like {@link getOrder}, and nobody else changes the order until the end of the transaction. */
export async function lockOrder(db: Kysely<Tables>, shopper: Shopper, reference: string): Promise<Order> {
  return findOwn(db, shopper, reference, true)
}

/** The newest order that came from the cart within the last `seconds`. */
export async function recentCartOrder(
  db: Kysely<Tables>,
  { customerId }: Shopper,
  seconds: number,
): Promise<Order | undefined> {
  const order = await db
    .selectFrom('orders')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('source', '=', 'cart')
    .where('placed_at', '>', sql<Date>`now() - make_interval(secs => ${seconds})`)
    .orderBy('order_id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return order && (await withLines(db, [order]))[0]
}

/** The customer's newest order that has the product and still stands. */
export async function latestPurchase(
  db: Kysely<Tables>,
  { customerId }: Shopper,
  productId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('order_line')
    .innerJoin('orders', 'orders.order_id', 'order_line.order_id')
    .select('orders.order_id')
    .where('product_id', '=', productId)
    .where('customer_id', '=', customerId)
    .where('status', '!=', 'cancelled')
    .orderBy('orders.order_id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.order_id
}

/**
 * Cancels an order that has not left the warehouse. A cancelled order stays as it is.
 *
 * @throws {BusinessError} `invalid_transition` once it has shipped
 */
export async function cancelOrder(
  db: Kysely<Tables>,
  shopper: Shopper,
  reference: string,
  reason: string,
): Promise<{ order: Order; changed: boolean }> {
  const order = await lockOrder(db, shopper, reference)
  if (order.status === 'cancelled') return { order, changed: false }
  if (order.fulfillment_status !== 'unfulfilled') {
    throw new BusinessError(
      'invalid_transition',
      `${order.order_number} is ${order.fulfillment_status} and can no longer be cancelled. It can be returned.`,
      {
        details: { status: order.status, fulfillment_status: order.fulfillment_status, legal: ['initiate_return'] },
        nextActions: [{ tool: 'initiate_return', arguments: { order_id: order.order_id, reason } }],
      },
    )
  }
  const cancelled = await db
    .updateTable('orders')
    .set({
      status: 'cancelled',
      cancelled_at: sql`now()`,
      cancel_reason_untrusted: reason,
      version: sql`version + 1`,
    })
    .where('order_id', '=', order.order_id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return { order: { ...cancelled, lines: order.lines }, changed: true }
}

async function findOwn(db: Kysely<Tables>, { customerId }: Shopper, reference: string, lock: boolean): Promise<Order> {
  let query = db
    .selectFrom('orders')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where((where) => where.or([where('order_id', '=', reference), where('order_number', '=', reference)]))
  if (lock) query = query.forUpdate()
  const order = await query.executeTakeFirst()
  const [found] = order ? await withLines(db, [order]) : []
  if (found) return found
  throw new BusinessError('not_found', `You have no order ${reference}.`, {
    nextActions: [{ tool: 'get_order_history', hint: 'Only order ids that a tool returned exist.' }],
  })
}

async function withLines(db: Kysely<Tables>, orders: Selectable<Tables['orders']>[]): Promise<Order[]> {
  const ids = orders.map((order) => order.order_id)
  const rows = await db
    .selectFrom('order_line')
    .selectAll()
    .where('order_id', '=', sql<string>`any(${ids})`)
    .orderBy('order_id')
    .orderBy('line')
    .execute()
  const lines = Map.groupBy(rows, (row) => row.order_id)
  return orders.map((order) => ({ ...order, lines: lines.get(order.order_id) ?? [] }))
}
