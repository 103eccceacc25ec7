import { BusinessError } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'

/** A part of what a customer pays, in minor units. */
export interface PaidItem {
  amount_minor: number
  shipping_minor: number
  tax_minor: number
}

/**
 * How an amount divides: shipping and tax of the items; goods are the rest. Without items, all of it is goods.
 *
 * @throws {BusinessError} invalid_argument when the items do not add up to the amount
 */
export function splitOf(amount: number, currency: string, items?: readonly PaidItem[]) {
  if (!items || items.length === 0) return { shipping: 0, tax: 0 }
  const sum = (part: keyof PaidItem) => items.reduce((all, item) => all + item[part], 0)
  const shipping = sum('shipping_minor')
  const tax = sum('tax_minor')
  const total = sum('amount_minor') + shipping + tax
  if (total === amount) return { shipping, tax }
  throw new BusinessError(
    'invalid_argument',
    `The items add up to ${formatMoney(total, currency)}, not to ${formatMoney(amount, currency)}.`,
    { details: { items_minor: total, amount_minor: amount } },
  )
}
