import { type DemoOrder, type SeededRandom, seededRandom } from '@backroom/demo-data'
import type { Insertable } from 'kysely'
import { ulid } from 'ulid'
import type { Tables } from '../database-tables.ts'
import type { PurchaseOrder } from '../purchase-order.ts'

const HOUR_MS = 3_600_000
const standard = { code: 'standard', title: 'Standard delivery', days_min: 3, days_max: 5 }
const returnReasons = ['Too small for my cat', 'Changed my mind', 'Arrived with a scratch', 'Ordered the wrong colour']

/** A return that a demo customer has asked for. */
export interface DemoReturn {
  returnId: string
  order: DemoOrder
  reason: string
  requestedAt: Date
}

/** The completed checkouts that the demo orders came from. */
export function demoSessions(orders: DemoOrder[]): Insertable<Tables['checkout_session']>[] {
  return orders.map((order) => ({
    checkout_id: order.checkoutId,
    customer_id: order.customer.customerId,
    status: 'completed',
    source: 'cart',
    cart_version: 0,
    address_untrusted: JSON.stringify(order.customer.address),
    shipping_option: standard.code,
    total_minor: order.totalMinor,
    purchase: JSON.stringify(purchaseOf(order)),
    coupon_code: order.couponCode,
    order_ref: order.orderId,
    order_number: order.number,
    expires_at: order.placedAt,
    begun_at: order.placedAt,
    completed_at: order.placedAt,
    revoked: order.status === 'cancelled',
  }))
}

/** Some returns of delivered orders, each of one unit of the first line. */
export function demoReturns(orders: DemoOrder[]): DemoReturn[] {
  const random: SeededRandom = seededRandom(43)
  const delivered = orders.filter((order) => order.deliveredAt !== null)
  return returnReasons.flatMap((reason, index) => {
    const order = delivered[Math.floor((delivered.length * (index + 1)) / (returnReasons.length + 1))]
    if (!order?.deliveredAt) return []
    const requestedAt = new Date(order.deliveredAt.getTime() + 6 * HOUR_MS)
    return [{ returnId: `rma_${ulid(requestedAt.getTime(), random.next)}`, order, reason, requestedAt }]
  })
}

function purchaseOf(order: DemoOrder): PurchaseOrder {
  const { customerId, email, name, address } = order.customer
  return {
    checkout_id: order.checkoutId,
    customer: { customer_id: customerId, email, name },
    channel: 'catshop',
    source: 'cart',
    currency: order.currency,
    lines: order.lines.map((line) => ({
      sku: line.sku,
      product_id: line.productId,
      title: line.name,
      qty: line.quantity,
      unit_minor: line.unitPriceMinor,
      discount_minor: line.discountMinor,
      shipping_minor: line.shippingMinor,
      tax_minor: line.taxMinor,
    })),
    totals: {
      subtotal_minor: order.subtotalMinor,
      discount_minor: order.discountMinor,
      shipping_minor: order.shippingMinor,
      tax_minor: order.taxMinor,
      grand_minor: order.totalMinor,
    },
    ship_to: address,
    shipping_option: standard,
    payment_method: order.paymentMethod,
    ...(order.couponCode === null ? {} : { coupon_code: order.couponCode }),
  }
}
