import type { Address } from './address.ts'
import type { ShippingOption } from './delivery.ts'
import type { Purchase } from './purchase.ts'

/** What OMS is asked to make an order of: the arguments of its `start_checkout`, kept until it has answered. */
export interface PurchaseOrder {
  checkout_id: string
  customer: { customer_id: string; email?: string; name?: string }
  channel: 'catshop'
  source: 'cart' | 'one_shot'
  currency: string
  lines: {
    sku: string
    product_id: string
    title: string
    qty: number
    unit_minor: number
    discount_minor: number
    shipping_minor: number
    tax_minor: number
  }[]
  totals: {
    subtotal_minor: number
    discount_minor: number
    shipping_minor: number
    tax_minor: number
    grand_minor: number
  }
  ship_to: Address
  shipping_option: Pick<ShippingOption, 'code' | 'title' | 'days_min' | 'days_max'>
  payment_method: string
  coupon_code?: string
}

/** A priced purchase in the words of OMS. */
export function purchaseOrder(
  { quote, shipping, address, couponCode }: Purchase,
  agreed: Pick<PurchaseOrder, 'checkout_id' | 'customer' | 'source' | 'payment_method'>,
): PurchaseOrder {
  const { code, title, days_min, days_max } = shipping
  return {
    ...agreed,
    channel: 'catshop',
    currency: quote.currency,
    lines: quote.lines.map((line) => ({
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
      subtotal_minor: quote.subtotalMinor,
      discount_minor: quote.discountMinor,
      shipping_minor: quote.shippingMinor,
      tax_minor: quote.taxMinor,
      grand_minor: quote.totalMinor,
    },
    ship_to: address,
    shipping_option: { code, title, days_min, days_max },
    ...(couponCode === null ? {} : { coupon_code: couponCode }),
  }
}
