import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { type Cart, subtotalOf } from './cart.ts'
import { amountFields, amounts, shopCurrency } from './price.ts'

const Line = z.object({
  product_id: z.string(),
  id: z.int(),
  name: z.string(),
  quantity: z.int(),
  ...amountFields('price', 'line_total'),
  currency: z.string(),
})

/** A cart in every answer of the shop. Shipping and tax come with the preview of a checkout. */
export const CartView = z.object({
  version: z.int().describe('Changes with every change of the cart'),
  count: z.int().describe('Lines in the cart'),
  items: z.array(Line),
  coupon: z.object({ code: z.string(), description: z.string(), usable: z.boolean() }).nullable(),
  ...amountFields('subtotal', 'discount', 'total'),
  currency: z.string(),
  notices: z.array(z.string()).describe('Changed prices, products that are gone, limits that were met'),
})

export function cartView({ version, lines, coupon, notices }: Cart): z.output<typeof CartView> {
  const currency = lines[0]?.currency ?? shopCurrency
  const subtotal = subtotalOf(lines)
  const discount = coupon && 'discountMinor' in coupon ? coupon.discountMinor : 0
  return {
    version,
    count: lines.length,
    items: lines.map((line) => ({
      product_id: line.productId,
      id: line.legacyNo,
      name: line.name,
      quantity: line.quantity,
      ...amounts({ price: line.unitPriceMinor, line_total: line.quantity * line.unitPriceMinor }, line.currency),
      currency: line.currency,
    })),
    coupon: coupon ? { code: coupon.code, description: coupon.description, usable: 'discountMinor' in coupon } : null,
    ...amounts({ subtotal, discount, total: subtotal - discount }, currency),
    currency,
    notices,
  }
}

/** A cart in one line. */
export function cartLine({ items, total_minor, currency, notices }: z.output<typeof CartView>): string {
  if (items.length === 0) return ['The cart is empty.', ...notices].join(' ')
  const named = items.map((item) => `${item.quantity}× ${item.name}`).join(', ')
  return [`Cart: ${named}. ${formatMoney(total_minor, currency)} before shipping and tax.`, ...notices].join(' ')
}
