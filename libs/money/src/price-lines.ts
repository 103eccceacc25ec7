import { allocate, shareOf } from './allocate.ts'

/** Units of one product to be bought. */
export interface QuoteLine {
  productId: string
  sku: string
  name: string
  quantity: number
  unitPriceMinor: number
}

/** A line with its part of everything; `paidMinor` = goods - discount + shipping + tax. */
export interface PricedLine extends QuoteLine {
  discountMinor: number
  shippingMinor: number
  taxMinor: number
  paidMinor: number
}

/** What a purchase costs, in minor units of one currency. The lines' `paidMinor` add up to `totalMinor`. */
export interface Quote {
  currency: string
  lines: PricedLine[]
  subtotalMinor: number
  discountMinor: number
  shippingMinor: number
  taxMinor: number
  totalMinor: number
}

/** What applies to the whole purchase. */
export interface QuoteTerms {
  currency: string
  discountMinor: number
  shippingMinor: number
  /** Tax on the discounted goods in hundred-thousandths; shipping is not taxed. */
  taxRate: number
}

const WHOLE = 100_000

/**
 * Prices a purchase. Discount and shipping are divided among the lines by their goods, tax by what each owes of it, all
 * by largest remainder, so that any part of the order can later be refunded to the unit.
 */
export function priceLines(lines: readonly QuoteLine[], terms: QuoteTerms): Quote {
  const goods = lines.map((line) => line.quantity * line.unitPriceMinor)
  const subtotalMinor = sum(goods)
  const discountMinor = Math.min(terms.discountMinor, subtotalMinor)
  const taxMinor = shareOf(subtotalMinor - discountMinor, terms.taxRate, WHOLE)
  const discounts = allocate(discountMinor, goods)
  const shipping = allocate(terms.shippingMinor, goods)
  const taxed = goods.map((amount, index) => amount - (discounts[index] ?? 0))
  const taxes = allocate(taxMinor, taxed)
  const priced = lines.map((line, index) => {
    const [discount = 0, carriage = 0, tax = 0] = [discounts[index], shipping[index], taxes[index]]
    const paidMinor = (taxed[index] ?? 0) + carriage + tax
    return { ...line, discountMinor: discount, shippingMinor: carriage, taxMinor: tax, paidMinor }
  })
  return {
    currency: terms.currency,
    lines: priced,
    subtotalMinor,
    discountMinor,
    shippingMinor: terms.shippingMinor,
    taxMinor,
    totalMinor: subtotalMinor - discountMinor + terms.shippingMinor + taxMinor,
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}
