import { BusinessError } from '@backroom/mcp-service'
import { formatMoney, priceLines, type Quote, type QuoteLine } from '@backroom/money'
import type { Kysely } from 'kysely'
import type { Address } from './address.ts'
import type { Cart } from './cart.ts'
import { getProduct, type ProductReference } from './catalogue.ts'
import type { Account } from './customer.ts'
import type { Tables } from './database-tables.ts'
import { type ShippingOption, shippingOption, shippingPrice, taxRateAt } from './delivery.ts'
import { amounts } from './price.ts'

/** Shipping of a purchase that names none. */
export const DEFAULT_SHIPPING = 'standard'

/** A purchase that is priced and could be placed. */
export interface Purchase {
  quote: Quote
  couponCode: string | null
  shipping: ShippingOption
  address: Address
}

/** Prices a cart for one destination. A coupon that cannot be used counts as none. */
export async function priceCart(
  db: Kysely<Tables>,
  { lines, coupon }: Cart,
  address: Address,
  shipping: ShippingOption,
): Promise<Purchase> {
  const usable = coupon && 'discountMinor' in coupon ? coupon : undefined
  const quote = await price(db, lines, usable?.discountMinor ?? 0, address, shipping)
  return { quote, couponCode: usable?.code ?? null, shipping, address }
}

/** Prices units of one product, sent by the default shipping to the account's address. */
export async function priceProduct(
  db: Kysely<Tables>,
  account: Account,
  reference: ProductReference,
  quantity: number,
): Promise<Purchase> {
  const { product_id: productId, sku, name, price_minor: unitPriceMinor, currency } = await getProduct(db, reference)
  const [address, shipping] = [addressOf(account, undefined), await shippingOption(db, DEFAULT_SHIPPING)]
  const line = { productId, sku, name, quantity, unitPriceMinor, currency }
  return { quote: await price(db, [line], 0, address, shipping), couponCode: null, shipping, address }
}

async function price(
  db: Kysely<Tables>,
  lines: (QuoteLine & { currency: string })[],
  discountMinor: number,
  address: Address,
  shipping: ShippingOption,
): Promise<Quote> {
  const [currency = '', ...others] = new Set(lines.map((line) => line.currency))
  if (others.length > 0)
    throw new BusinessError(
      'conflict',
      `One order has one currency; this cart has ${[currency, ...others].join(' and ')}.`,
    )
  const subtotal = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0)
  return priceLines(lines, {
    currency,
    discountMinor,
    shippingMinor: shippingPrice(shipping, subtotal),
    taxRate: await taxRateAt(db, address),
  })
}

/** @throws {BusinessError} `conflict` with the fresh totals when the purchase costs something else */
export function requireTotal(purchase: Purchase, expectedMinor: number | undefined): void {
  if (expectedMinor === undefined || expectedMinor === purchase.quote.totalMinor) return
  const expected = formatMoney(expectedMinor, purchase.quote.currency)
  throw totalsMoved(purchase, `The total is not ${expected}.`)
}

/** The refusal of a purchase that is not what the customer agreed to, with the fresh totals. */
export function totalsMoved({ quote }: Purchase, why: string): BusinessError {
  const { currency, subtotalMinor: subtotal, discountMinor: discount, shippingMinor: shipping, taxMinor: tax } = quote
  const fresh = formatMoney(quote.totalMinor, currency)
  return new BusinessError('conflict', `${why} It is ${fresh} now. Nothing was charged.`, {
    details: { ...amounts({ subtotal, discount, shipping, tax, total: quote.totalMinor }, currency), currency },
    nextActions: [previewAgain],
  })
}

/** The step that settles a doubt about totals. */
export const previewAgain = {
  tool: 'preview_checkout',
  hint: 'Show the customer the fresh total, then check out with its checkout_id and total_minor.',
}

/** @throws {BusinessError} `invalid_argument` when neither the call nor the account names an address */
export function addressOf(account: Account, given: Address | undefined): Address {
  const address = given ?? account.address
  if (address) return address
  throw new BusinessError('invalid_argument', 'The account has no default address. Say where to deliver.', {
    nextActions: [{ tool: 'preview_checkout', hint: 'Call it with address, then check out with its checkout_id.' }],
  })
}
