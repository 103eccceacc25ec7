import { businessDaysAfter, dayOf } from '@backroom/calendar'
import type { DemoClaim, DemoOrder, DemoReturn } from '@backroom/demo-data'
import type { Insertable } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { fulfillmentStatusOf, paymentStatusOf } from '../order-axes.ts'

type Row<Table extends keyof Tables> = Insertable<Tables[Table]>

const standard = { code: 'standard', title: 'Standard delivery', days_min: 3, days_max: 5 }

export const isCancelled = ({ status }: DemoOrder) => status === 'cancelled'
export const hasShipped = ({ shippedAt }: DemoOrder) => shippedAt !== null

export function orderRow(order: DemoOrder, region: string): Row<'orders'> {
  const { totalMinor, placedAt } = order
  const money = moneyOf(order)
  const units = order.lines.reduce((sum, { quantity }) => sum + quantity, 0)
  return {
    id: order.orderId,
    number: order.number,
    channel: 'catshop',
    source: 'cart',
    checkout_id: order.checkoutId,
    customer_id: order.customer.customerId,
    status: order.status,
    resume_status: null,
    payment_status: paymentStatusOf({ ...money, refunded: 0, disputeOpen: false }),
    fulfillment_status: fulfillmentStatusOf({
      current: isCancelled(order) ? 0 : units,
      shipped: hasShipped(order) ? units : 0,
      delivered: order.deliveredAt ? units : 0,
      returned: 0,
      undeliverable: 0,
      returnOpen: false,
    }),
    currency: order.currency,
    subtotal_minor: order.subtotalMinor,
    discount_minor: order.discountMinor,
    shipping_minor: order.shippingMinor,
    tax_minor: order.taxMinor,
    grand_minor: totalMinor,
    due_minor: money.due,
    authorized_minor: money.authorized,
    captured_minor: money.captured,
    voided_minor: money.voided,
    payment_id: order.paymentId,
    payment_method: order.paymentMethod,
    coupon_code: order.couponCode,
    shipping_option: JSON.stringify(standard),
    ship_to: JSON.stringify(order.customer.address),
    region,
    placed_at: placedAt,
    ship_by: businessDaysAfter(placedAt, 1),
    promised_by: dayOf(businessDaysAfter(placedAt, standard.days_max)),
    confirmed_at: placedAt,
    cancelled_at: order.cancelledAt,
    cancel_reason: order.cancelReason,
    completed_at: order.deliveredAt,
  }
}

export function lineRows(order: DemoOrder): Row<'order_line'>[] {
  return order.lines.map((line) => ({
    id: line.orderLineId,
    order_id: order.orderId,
    line: line.line,
    placed_at: order.placedAt,
    sku: line.sku,
    product_id: line.productId,
    title: line.name,
    qty_ordered: line.quantity,
    qty_reserved: hasShipped(order) || isCancelled(order) ? 0 : line.quantity,
    qty_shipped: hasShipped(order) ? line.quantity : 0,
    qty_delivered: order.deliveredAt ? line.quantity : 0,
    qty_cancelled: isCancelled(order) ? line.quantity : 0,
    unit_minor: line.unitPriceMinor,
    discount_minor: line.discountMinor,
    shipping_minor: line.shippingMinor,
    tax_minor: line.taxMinor,
    paid_minor: line.paidMinor,
    demand_warehouse: order.warehouse,
    backorder_until: null,
  }))
}

export function entitlementRows(
  order: DemoOrder,
  returns: readonly DemoReturn[],
  claims: readonly DemoClaim[],
): Row<'entitlement'>[] {
  return order.lines.map(({ orderLineId, quantity, paidMinor }) => {
    const back = returns.find(({ line }) => line.orderLineId === orderLineId)
    const claim = claims.find(({ line, drawId }) => drawId && line.orderLineId === orderLineId)
    return {
      order_line_id: orderLineId,
      compensable_qty: quantity,
      compensable_minor: paidMinor,
      taken_qty: isCancelled(order) ? quantity : (back?.quantity ?? claim?.quantity ?? 0),
      taken_minor: isCancelled(order) ? paidMinor : (back?.drawnMinor ?? claim?.amountMinor ?? 0),
    }
  })
}

/** What the returns under way hold. */
export function returnDrawRow({ drawId, order, line, number, ...drawn }: DemoReturn): Row<'entitlement_draw'> {
  return {
    id: drawId,
    order_id: order.orderId,
    order_line_id: line.orderLineId,
    source: 'rma',
    source_id: number,
    qty: drawn.quantity,
    minor: drawn.drawnMinor,
    drawn_by: 'rma',
    created_at: drawn.requestedAt,
  }
}

/** What open claims hold. */
export function claimDrawRow({ drawId, order, line, number, ...drawn }: DemoClaim): Row<'entitlement_draw'>[] {
  if (!drawId) return []
  return [
    {
      id: drawId,
      order_id: order.orderId,
      order_line_id: line.orderLineId,
      source: 'claim',
      source_id: number,
      qty: drawn.quantity,
      minor: drawn.amountMinor,
      drawn_by: 'claims',
      created_at: drawn.openedAt,
    },
  ]
}

export function drawRows(order: DemoOrder): Row<'entitlement_draw'>[] {
  const { cancelledAt, orderId, customer } = order
  if (!cancelledAt) return []
  return order.lines.map(({ orderLineId, quantity, paidMinor }) => ({
    id: `ent_${orderLineId.slice(4)}`,
    order_id: orderId,
    order_line_id: orderLineId,
    source: 'cancel',
    source_id: cancellationOf(order),
    qty: quantity,
    minor: paidMinor,
    state: 'used',
    drawn_by: customer.customerId,
    created_at: cancelledAt,
    ended_at: cancelledAt,
  }))
}

export function adjustmentRows(order: DemoOrder): Row<'adjustment'>[] {
  const { cancelledAt, cancelReason, orderId } = order
  if (!cancelledAt) return []
  return order.lines.map(({ orderLineId, quantity, paidMinor }) => ({
    id: `adj_${orderLineId.slice(4)}`,
    order_id: orderId,
    order_line_id: orderLineId,
    kind: 'cancel',
    qty: -quantity,
    amount_minor: -paidMinor,
    reason: cancelReason ?? '',
    source: 'cancel',
    source_id: cancellationOf(order),
    at: cancelledAt,
  }))
}

export function moneyRows(order: DemoOrder): Row<'money_movement'>[] {
  const { orderId: order_id, placedAt, shippedAt, cancelledAt } = order
  const { authorized, captured, voided } = moneyOf(order)
  const taken = { kind: 'captured', source: 'shipment', source_id: order.shipmentRef } as const
  const freed = { kind: 'voided', source: 'cancel', source_id: cancellationOf(order) } as const
  return [
    {
      order_id,
      kind: 'authorized',
      source: 'payment',
      source_id: order.paymentId,
      amount_minor: authorized,
      at: placedAt,
    },
    ...(shippedAt ? [{ order_id, ...taken, amount_minor: captured, at: shippedAt }] : []),
    ...(cancelledAt ? [{ order_id, ...freed, amount_minor: voided, at: cancelledAt }] : []),
  ]
}

export function demandRows(order: DemoOrder, region: string): Row<'demand_delta'>[] {
  if (isCancelled(order)) return []
  return order.lines.map(({ sku, quantity }) => ({
    sku,
    region,
    warehouse: order.warehouse,
    day: dayOf(order.placedAt),
    qty: quantity,
    orders: 1,
  }))
}

/** Id of the one cancellation that a cancelled demo order has. */
function cancellationOf({ orderId }: DemoOrder): string {
  return `chg_${orderId.slice(4)}`
}

/** Authorised until it ships, captured from then on, voided when it is cancelled; minor units. */
function moneyOf(order: DemoOrder) {
  const { totalMinor } = order
  const voided = isCancelled(order) ? totalMinor : 0
  return { due: totalMinor - voided, authorized: totalMinor, captured: hasShipped(order) ? totalMinor : 0, voided }
}
