/** Currencies without minor units (ISO 4217) whose amounts Stripe takes in hundredths nevertheless. */
const inHundredths = new Set(['ISK', 'UGX'])

/** Minor units as Stripe counts them. */
export function toStripe(amountMinor: number, currency: string): number {
  return inHundredths.has(currency.toUpperCase()) ? amountMinor * 100 : amountMinor
}

/** Stripe's count in minor units. */
export function fromStripe(amount: number, currency: string): number {
  return inHundredths.has(currency.toUpperCase()) ? amount / 100 : amount
}
