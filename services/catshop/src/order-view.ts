import { z } from 'zod'
import { Address } from './address.ts'
import { deliveryWindow, type ShippingOption } from './delivery.ts'
import type { Order, OrderLine } from './order.ts'
import { amountFields, amounts } from './price.ts'
import type { ReturnRequest } from './return-request.ts'

export const OrderStatus = z.enum(['confirmed', 'processing', 'completed', 'cancelled'])
export const FulfillmentStatus = z.enum(['unfulfilled', 'shipped', 'delivered'])

const Item = z.object({
  product_id: z.string(),
  name: z.string(),
  quantity: z.int(),
  ...amountFields('price', 'paid'),
})

/** An order in a list. Concise answers leave the items out. */
export const OrderSummary = z.object({
  order_id: z.string(),
  number: z.string(),
  status: OrderStatus,
  fulfillment_status: FulfillmentStatus,
  placed_at: z.iso.datetime(),
  ...amountFields('total'),
  currency: z.string(),
  items: z.array(Item).optional(),
})

export function orderSummary(order: Order, verbosity: 'concise' | 'full'): z.output<typeof OrderSummary> {
  const { order_id, order_number: number, status, fulfillment_status, currency, total_minor: total } = order
  const summary = {
    order_id,
    number,
    status,
    fulfillment_status,
    placed_at: order.placed_at.toISOString(),
    ...amounts({ total }, currency),
    currency,
  }
  return verbosity === 'concise' ? summary : { ...summary, items: order.lines.map((line) => itemOf(line, currency)) }
}

function itemOf(line: OrderLine, currency: string): z.output<typeof Item> {
  const { product_id, name, quantity, unit_price_minor: price, paid_minor: paid } = line
  return { product_id, name, quantity, ...amounts({ price, paid }, currency) }
}

const Total = z.object({
  type: z.enum(['subtotal', 'items_discount', 'fulfillment', 'tax', 'total']),
  amount: z.int().describe('Minor units; a discount is negative'),
})
const LineReference = z.object({ id: z.string(), quantity: z.int() })

/** One order in the shape of UCP (ucp.dev, order capability), with the shop's own fields beside it. */
export const OrderDetails = OrderSummary.omit({ items: true }).extend({
  checkout_id: z.string().nullable(),
  payment_method: z.string(),
  line_items: z.array(
    z.object({
      id: z.string(),
      item: z.object({ id: z.string(), title: z.string(), price: z.int() }),
      quantity: z.object({ total: z.int(), fulfilled: z.int() }),
      totals: z.array(Total),
      status: z.enum(['processing', 'fulfilled', 'removed']),
    }),
  ),
  fulfillment: z.object({
    expectations: z.array(
      z.object({
        id: z.string(),
        line_items: z.array(LineReference),
        method_type: z.literal('shipping'),
        destination_untrusted: Address,
        description: z.string(),
      }),
    ),
    events: z.array(
      z.object({
        id: z.string(),
        type: z.enum(['shipped', 'delivered', 'canceled']),
        occurred_at: z.iso.datetime(),
        line_items: z.array(LineReference),
      }),
    ),
  }),
  adjustments: z.array(
    z.object({
      id: z.string(),
      type: z.enum(['return', 'cancellation']),
      status: z.enum(['pending', 'completed']),
      occurred_at: z.iso.datetime(),
      line_items: z.array(LineReference),
    }),
  ),
  totals: z.array(Total),
})

export function orderDetails(
  order: Order,
  returns: ReturnRequest[],
  shipping: ShippingOption,
): z.output<typeof OrderDetails> {
  const whole = order.lines.map((line) => ({ id: String(line.line), quantity: line.quantity }))
  return {
    ...orderSummary(order, 'concise'),
    checkout_id: order.checkout_id,
    payment_method: order.payment_method,
    line_items: order.lines.map((line) => lineItem(line, order)),
    fulfillment: {
      expectations: order.status === 'cancelled' ? [] : [expectation(order, shipping, whole)],
      events: events(order, whole),
    },
    adjustments: adjustments(order, returns, whole),
    totals: [
      { type: 'subtotal', amount: order.subtotal_minor },
      { type: 'items_discount', amount: 0 - order.discount_minor },
      { type: 'fulfillment', amount: order.shipping_minor },
      { type: 'tax', amount: order.tax_minor },
      { type: 'total', amount: order.total_minor },
    ],
  }
}

type Details = z.output<typeof OrderDetails>
type References = z.output<typeof LineReference>[]

function lineItem(line: OrderLine, { status, fulfillment_status }: Order): Details['line_items'][number] {
  const fulfilled = fulfillment_status === 'unfulfilled' ? 0 : line.quantity
  return {
    id: String(line.line),
    item: { id: line.product_id, title: line.name, price: line.unit_price_minor },
    quantity: { total: status === 'cancelled' ? 0 : line.quantity, fulfilled },
    totals: [
      { type: 'subtotal', amount: line.quantity * line.unit_price_minor },
      { type: 'items_discount', amount: 0 - line.discount_minor },
      { type: 'fulfillment', amount: line.shipping_minor },
      { type: 'tax', amount: line.tax_minor },
      { type: 'total', amount: line.paid_minor },
    ],
    status: status === 'cancelled' ? 'removed' : fulfilled === line.quantity ? 'fulfilled' : 'processing',
  }
}

function expectation(order: Order, shipping: ShippingOption, line_items: References) {
  const { from, to } = deliveryWindow(shipping, order.placed_at)
  return {
    id: `${order.order_id}-shipping`,
    line_items,
    method_type: 'shipping' as const,
    destination_untrusted: order.address_untrusted,
    description: `${shipping.title}, expected from ${from} to ${to}`,
  }
}

function events(order: Order, line_items: References): Details['fulfillment']['events'] {
  const happened = [
    { type: 'shipped', at: order.shipped_at },
    { type: 'delivered', at: order.delivered_at },
    { type: 'canceled', at: order.cancelled_at },
  ] as const
  return happened.flatMap(({ type, at }) =>
    at ? [{ id: `${order.order_id}-${type}`, type, occurred_at: at.toISOString(), line_items }] : [],
  )
}

function adjustments(order: Order, returns: ReturnRequest[], whole: References): Details['adjustments'] {
  const returned = returns.map((request) => ({
    id: request.return_id,
    type: 'return' as const,
    status: 'pending' as const,
    occurred_at: request.requested_at.toISOString(),
    line_items: request.lines.map(({ line, quantity }) => ({ id: String(line), quantity })),
  }))
  if (!order.cancelled_at) return returned
  const cancellation = {
    id: `${order.order_id}-cancellation`,
    type: 'cancellation' as const,
    status: 'completed' as const,
    occurred_at: order.cancelled_at.toISOString(),
    line_items: whole,
  }
  return [...returned, cancellation]
}
