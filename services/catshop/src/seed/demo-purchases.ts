import type { DemoOrder } from '@backroom/demo-data'
import type { Insertable } from 'kysely'
import type { Tables } from '../database-tables.ts'
import type { PurchaseOrder } from '../purchase-order.ts'

const standard = { code: 'standard', title: 'Standard delivery', days_min: 3, days_max: 5 }

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
