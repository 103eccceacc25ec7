import { majorUnits } from '@backroom/money'
import { z } from 'zod'

/** The currency of price filters; every product of the shop is sold in it. */
export const shopCurrency = 'USD'

type Amounts<Name extends string> = Record<Name | `${Name}_minor`, number>

/** Each amount twice, as readers of the shop expect it: `total` in major units, `total_minor` in minor units. */
export function amounts<Name extends string>(minor: Record<Name, number>, currency: string): Amounts<Name> {
  const entries = Object.entries<number>(minor)
  return Object.fromEntries(
    entries.flatMap(([name, amount]) => [
      [name, majorUnits(amount, currency)],
      [`${name}_minor`, amount],
    ]),
  ) as Amounts<Name>
}

/** The schema of what {@link amounts} gives, as object properties. */
export function amountFields<Name extends string>(
  ...names: Name[]
): Record<Name, z.ZodNumber> & Record<`${Name}_minor`, z.ZodInt> {
  return Object.fromEntries(
    names.flatMap((name) => [
      [name, z.number().describe('In major units; for display, not for arithmetic')],
      [`${name}_minor`, z.int().describe('In minor units')],
    ]),
  ) as Record<Name, z.ZodNumber> & Record<`${Name}_minor`, z.ZodInt>
}
