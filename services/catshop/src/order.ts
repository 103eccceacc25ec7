import { BusinessError, type CallContext } from '@backroom/mcp-service'
import { z } from 'zod'
import { Address } from './address.ts'
import type { Page } from './catalogue.ts'
import type { PurchaseOrder } from './purchase-order.ts'

// The shop's only door to orders, which OMS keeps: each call carries a token that acts for the customer, so that OMS shows
// and changes the customer's own orders alone.

/** The part of a call's context that reaches OMS. */
export type OrderAccess = Pick<CallContext<never>, 'callAsCaller'>

export const orderStatuses = [
  'pending',
  'confirmed',
  'processing',
  'on_hold',
  'cancelling',
  'cancelled',
  'partially_cancelled',
  'expired',
  'failed',
  'completed',
  'closed',
] as const

export const fulfillmentStatuses = [
  'unfulfilled',
  'partially_shipped',
  'shipped',
  'partially_delivered',
  'delivered',
  'failed',
] as const

export const returnStatuses = ['none', 'requested', 'partial', 'returned'] as const

const Line = z.object({
  order_line_id: z.string(),
  line: z.int(),
  sku: z.string(),
  product_id: z.string(),
  title: z.string(),
  qty_ordered: z.int(),
  qty_current: z.int(),
  qty_shipped: z.int(),
  qty_returnable: z.int(),
  unit_minor: z.int(),
  discount_minor: z.int(),
  shipping_minor: z.int(),
  tax_minor: z.int(),
  paid_minor: z.int(),
})

const Moment = z.iso.datetime()

const Order = z.object({
  order_id: z.string(),
  number: z.string(),
  status: z.enum(orderStatuses),
  fulfillment_status: z.enum(fulfillmentStatuses),
  return_status: z.enum(returnStatuses),
  currency: z.string(),
  totals: z.object({
    subtotal_minor: z.int(),
    discount_minor: z.int(),
    shipping_minor: z.int(),
    tax_minor: z.int(),
    grand_minor: z.int(),
  }),
  placed_at: Moment,
  checkout_id: z.string().nullable(),
  shipping_option: z.object({ code: z.string(), title: z.string(), days_min: z.int(), days_max: z.int() }),
  payment: z.object({ method: z.string().nullable() }),
  ship_to_untrusted: Address,
  cancelled_at: Moment.nullable(),
  lines: z.array(Line),
  shipments: z.array(
    z.object({
      shipment_ref: z.string(),
      shipped_at: Moment.nullable(),
      delivered_at: Moment.nullable(),
      lines: z.array(z.object({ sku: z.string(), qty: z.int() })),
    }),
  ),
  adjustments: z.array(
    z.object({
      kind: z.string(),
      qty: z.int(),
      amount_minor: z.int(),
      at: Moment,
      order_line_id: z.string().nullable(),
    }),
  ),
})

/** A placed order, as far as the shop shows it. */
export type Order = z.output<typeof Order>
export type OrderLine = z.output<typeof Line>

const Started = z.object({
  status: z.enum(['completed', 'requires_action']),
  order: Order.nullable(),
  action_url: z.string().optional(),
})

/** What became of a purchase: an order, or a page on which the customer has to confirm the payment first. */
export type Placement = { order: Order } | { actionUrl: string | null }

/**
 * Has OMS make an order of a purchase: reserve, authorise, place. The same checkout gives the same order for ever.
 *
 * @throws {BusinessError} `insufficient_stock`, or `conflict` when the payment was declined: final for this checkout.
 *   `unavailable`: nothing is known, ask again
 */
export async function placeOrder(call: OrderAccess['callAsCaller'], purchase: PurchaseOrder): Promise<Placement> {
  const { order, action_url } = Started.parse(ended(await call('oms', 'start_checkout', { ...purchase })))
  return order ? { order } : { actionUrl: action_url ?? null }
}

/** The customer's orders, newest first. */
export async function listOrders(
  { callAsCaller }: OrderAccess,
  page: { cursor?: string | undefined; limit: number },
): Promise<Page<Order>> {
  const answer = await callAsCaller('oms', 'search_orders', { ...page, verbosity: 'full' })
  const { items, next_cursor } = z.object({ items: z.array(Order), next_cursor: z.string().optional() }).parse(answer)
  return { items, ...(next_cursor === undefined ? {} : { next_cursor }) }
}

/**
 * The customer's own order by its id or its number.
 *
 * @throws {BusinessError} `not_found`, for the orders of others too
 */
export async function getOrder({ callAsCaller }: OrderAccess, reference: string): Promise<Order> {
  return Order.parse(await callAsCaller('oms', 'get_order', { order_id: reference }))
}

/**
 * Cancels whatever of an order has not left the warehouse. A cancelled order stays as it is.
 *
 * @throws {BusinessError} `invalid_transition` once everything has shipped; `unavailable`: ask again
 */
export async function cancelOrder({ callAsCaller }: OrderAccess, reference: string, reason: string): Promise<Order> {
  const answer = await callAsCaller('oms', 'cancel_order', { order_id: reference, reason })
  return z.object({ order: Order }).parse(ended(answer)).order
}

const AGAIN_MS = 500

/** The answer of a process of OMS, unless it outlasts the call: the same call again joins it. */
function ended(answer: unknown): unknown {
  if ((answer as { status?: unknown }).status !== 'in_progress') return answer
  throw new BusinessError('unavailable', 'Orders is still at work on this. Ask again in a moment.', {
    retryAfterMs: AGAIN_MS,
  })
}
