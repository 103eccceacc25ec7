import { z } from 'zod'
import { Address } from './address.ts'
import { deliveryWindow } from './delivery.ts'
import { fulfillmentStatuses, type Order, type OrderLine, orderStatuses, returnStatuses } from './order.ts'
import { amountFields, amounts } from './price.ts'

export const OrderStatus = z.enum(orderStatuses)
export const FulfillmentStatus = z.enum(fulfillmentStatuses)

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
  const { order_id, number, status, fulfillment_status, currency, placed_at } = order
  const summary = {
    order_id,
    number,
    status,
    fulfillment_status,
    placed_at,
    ...amounts({ total: order.totals.grand_minor }, currency),
    currency,
  }
  return verbosity === 'concise' ? summary : { ...summary, items: order.lines.map((line) => itemOf(line, currency)) }
}

function itemOf(line: OrderLine, currency: string): z.output<typeof Item> {
  const { product_id, title: name, qty_ordered: quantity, unit_minor: price, paid_minor: paid } = line
  return { product_id, name, quantity, ...amounts({ price, paid }, currency) }
}

/** What a purchase answers whose customer has to confirm the payment first. */
export const Confirmation = z.object({
  status: z.literal('requires_action'),
  checkout_id: z.string(),
  action_url: z.string().nullable(),
  message: z.string(),
})

export function confirmation({
  checkoutId,
  actionUrl,
}: {
  checkoutId: string
  actionUrl: string | null
}): z.output<typeof Confirmation> {
  const message = `No order yet: the bank asks the customer to confirm the payment${actionUrl ? ` at ${actionUrl}` : ''}. Then call checkout with checkout_id ${checkoutId} to get the order.`
  return { status: 'requires_action', checkout_id: checkoutId, action_url: actionUrl, message }
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
  return_status: z.enum(returnStatuses).describe('Of the order as a whole; get_return_status tells of one return'),
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
      type: z.enum(['return', 'claim', 'cancellation']),
      status: z.literal('completed'),
      occurred_at: z.iso.datetime(),
      line_items: z.array(LineReference),
    }),
  ),
  totals: z.array(Total),
})

export function orderDetails(order: Order): z.output<typeof OrderDetails> {
  const { totals } = order
  return {
    ...orderSummary(order, 'concise'),
    checkout_id: order.checkout_id,
    payment_method: order.payment.method ?? 'none',
    return_status: order.return_status,
    line_items: order.lines.map(lineItem),
    fulfillment: {
      expectations: order.status === 'cancelled' ? [] : [expectation(order)],
      events: events(order),
    },
    adjustments: adjustments(order),
    totals: [
      { type: 'subtotal', amount: totals.subtotal_minor },
      { type: 'items_discount', amount: 0 - totals.discount_minor },
      { type: 'fulfillment', amount: totals.shipping_minor },
      { type: 'tax', amount: totals.tax_minor },
      { type: 'total', amount: totals.grand_minor },
    ],
  }
}

type Details = z.output<typeof OrderDetails>
type References = z.output<typeof LineReference>[]

function lineItem(line: OrderLine): Details['line_items'][number] {
  const { qty_current: current, qty_shipped: shipped } = line
  return {
    id: String(line.line),
    item: { id: line.product_id, title: line.title, price: line.unit_minor },
    quantity: { total: current, fulfilled: shipped },
    totals: [
      { type: 'subtotal', amount: line.qty_ordered * line.unit_minor },
      { type: 'items_discount', amount: 0 - line.discount_minor },
      { type: 'fulfillment', amount: line.shipping_minor },
      { type: 'tax', amount: line.tax_minor },
      { type: 'total', amount: line.paid_minor },
    ],
    status: current === 0 ? 'removed' : shipped === current ? 'fulfilled' : 'processing',
  }
}

function expectation(order: Order): Details['fulfillment']['expectations'][number] {
  const { shipping_option: shipping } = order
  const { from, to } = deliveryWindow(shipping, new Date(order.placed_at))
  return {
    id: `${order.order_id}-shipping`,
    line_items: order.lines.flatMap(({ line, qty_current }) =>
      qty_current > 0 ? [{ id: String(line), quantity: qty_current }] : [],
    ),
    method_type: 'shipping',
    destination_untrusted: order.ship_to_untrusted,
    description: `${shipping.title}, expected from ${from} to ${to}`,
  }
}

function events(order: Order): Details['fulfillment']['events'] {
  const sent = order.shipments.flatMap(({ shipment_ref, shipped_at, delivered_at, lines }) => {
    const line_items = lines.map(({ sku, qty }) => ({ id: lineOf(order, sku), quantity: qty }))
    return [
      { type: 'shipped' as const, at: shipped_at },
      { type: 'delivered' as const, at: delivered_at },
    ].flatMap(({ type, at }) => (at ? [{ id: `${shipment_ref}-${type}`, type, occurred_at: at, line_items }] : []))
  })
  if (!order.cancelled_at) return sent
  const canceled = { id: `${order.order_id}-canceled`, type: 'canceled' as const, occurred_at: order.cancelled_at }
  return [...sent, { ...canceled, line_items: whole(order) }]
}

const adjustmentTypes: Record<string, 'return' | 'claim' | 'cancellation'> = {
  return: 'return',
  claim: 'claim',
  cancel: 'cancellation',
}

/** Changes of units; what concerns money alone shows in the totals. */
function adjustments(order: Order): Details['adjustments'] {
  return order.adjustments
    .filter(({ kind, qty }) => kind in adjustmentTypes && qty !== 0)
    .map(({ kind, qty, at, order_line_id }, index) => {
      const type = adjustmentTypes[kind] ?? 'cancellation'
      const line = order.lines.find((each) => each.order_line_id === order_line_id)
      return {
        id: `${order.order_id}-${type}-${index + 1}`,
        type,
        status: 'completed' as const,
        occurred_at: at,
        line_items: line ? [{ id: String(line.line), quantity: Math.abs(qty) }] : whole(order),
      }
    })
}

function whole({ lines }: Order): References {
  return lines.map(({ line, qty_ordered }) => ({ id: String(line), quantity: qty_ordered }))
}

function lineOf({ lines }: Order, sku: string): string {
  return String(lines.find((line) => line.sku === sku)?.line ?? sku)
}
