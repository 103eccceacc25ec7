import { BusinessError } from '@backroom/mcp-service'
import type { Kysely, Selectable } from 'kysely'
import type { Address } from './address.ts'
import type { Tables } from './database-tables.ts'

export type ShippingOption = Selectable<Tables['shipping_option']>

/** First and last day of an expected delivery, `YYYY-MM-DD`. */
export interface DeliveryWindow {
  from: string
  to: string
}

/** @throws {BusinessError} `invalid_argument`, naming the options that exist */
export async function shippingOption(db: Kysely<Tables>, code: string): Promise<ShippingOption> {
  const options = await db.selectFrom('shipping_option').selectAll().orderBy('price_minor').execute()
  const option = options.find((each) => each.code === code)
  if (option) return option
  const codes = options.map((each) => each.code)
  throw new BusinessError('invalid_argument', `There is no shipping option ${code}. Choose ${codes.join(' or ')}.`, {
    details: { shipping_options: codes },
  })
}

/** What delivery of goods worth this much costs, in minor units. */
export function shippingPrice({ price_minor, free_from_minor }: ShippingOption, subtotalMinor: number): number {
  return free_from_minor !== null && subtotalMinor >= free_from_minor ? 0 : price_minor
}

/** Sales tax on goods at a destination, in hundred-thousandths. */
export async function taxRateAt(db: Kysely<Tables>, { country, region }: Address): Promise<number> {
  const row = await db
    .selectFrom('tax_rate')
    .select('rate')
    .where('country', '=', country)
    .where('region', '=', region.toUpperCase())
    .executeTakeFirst()
  return row?.rate ?? 0
}

/** When something ordered at `from` arrives; Saturdays and Sundays do not count. */
export function deliveryWindow(
  { days_min, days_max }: Pick<ShippingOption, 'days_min' | 'days_max'>,
  from: Date,
): DeliveryWindow {
  return { from: businessDaysAfter(from, days_min), to: businessDaysAfter(from, days_max) }
}

const DAY_MS = 86_400_000

function businessDaysAfter(start: Date, days: number): string {
  let day = start.getTime()
  for (let left = days; left > 0; ) {
    day += DAY_MS
    if (new Date(day).getUTCDay() % 6 !== 0) left--
  }
  return new Date(day).toISOString().slice(0, 10)
}
