import { exponentOf } from './currency.ts'

/** An amount that is no decimal number, or has more decimal places than its currency. The message is for the caller. */
export class MoneyFormatError extends Error {}

const decimal = /^(-?)(\d+)(?:\.(\d*))?$/

/**
 * Minor units of a decimal amount in major units: `10.29` USD is 1029, `10.29` KWD is 10290. Exact: the digits are
 * moved as text.
 *
 * @throws {MoneyFormatError} for other text, for more decimal places than the currency has, and beyond 2^53
 */
export function minorUnits(major: string | number, currency: string): number {
  const [, sign, whole, fraction = ''] = decimal.exec(String(major)) ?? []
  if (whole === undefined) throw new MoneyFormatError(`${major} is not an amount of money; write it like 12.50.`)
  const exponent = exponentOf(currency)
  const places = fraction.replace(/0+$/, '')
  if (places.length > exponent) throw new MoneyFormatError(`${major} ${currency} has more than ${exponent} decimals.`)
  const minor = Number(`${sign}${whole}${places.padEnd(exponent, '0')}`)
  if (!Number.isSafeInteger(minor)) throw new MoneyFormatError(`${major} ${currency} is too large.`)
  return minor === 0 ? 0 : minor
}

/** The amount in major units as a number, for readers that expect one: 1029 USD is 10.29. Never calculate with it. */
export function majorUnits(minor: number, currency: string): number {
  return Number(decimalText(minor, currency))
}

/** The amount for people, with all its decimals: `10.29 USD`, `500 JPY`. */
export function formatMoney(minor: number, currency: string): string {
  return `${decimalText(minor, currency)} ${currency}`
}

function decimalText(minor: number, currency: string): string {
  if (!Number.isSafeInteger(minor)) throw new RangeError(`${minor} is not a whole number of minor units`)
  const exponent = exponentOf(currency)
  const sign = minor < 0 ? '-' : ''
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0')
  const split = digits.length - exponent
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, split)}.${digits.slice(split)}`
}
