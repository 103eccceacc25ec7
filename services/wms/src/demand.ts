import { DAY_MS, type Day, dayOf, daysAfter } from '@backroom/calendar'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Tables } from './database-tables.ts'
import { requireSku, requireWarehouse } from './master-data.ts'
import { statisticsOf } from './replenishment.ts'

/** Days of demand that statistics look back on: six whole weeks, so that every weekday counts alike. */
export const LOOK_BACK_DAYS = 42

/** Demand expected of a SKU, in units. */
export interface Forecast {
  sku: string
  warehouse?: string
  method: 'weekday_mean' | 'no_history'
  /** Last day of demand that is known. */
  demand_through: Day
  demand_age_days: number
  mean_per_day: number
  sd_per_day: number
  total: number
  days: { day: Day; expected: number }[]
}

/** Last day up to which orders are counted in demand_daily; yesterday where nothing was counted yet. */
export async function demandThrough(db: Kysely<Tables>): Promise<Day> {
  const state = await db.selectFrom('demand_state').select('through').executeTakeFirst()
  return state?.through ?? daysAfter(dayOf(), -1)
}

/** How fresh demand is, as every answer that rests on it says. */
export const DemandAge = {
  demand_through: z.string().describe('Last day of demand that is known'),
  demand_age_days: z.int().describe('Days that have ended since; 0 when demand is up to date'),
}

export function demandAge(through: Day): { demand_through: Day; demand_age_days: number } {
  const days = Math.round((Date.parse(dayOf()) - Date.parse(through)) / DAY_MS) - 1
  return { demand_through: through, demand_age_days: Math.max(0, days) }
}

/** What a line of text adds when demand is not up to date. */
export function demandNote({ demand_through, demand_age_days }: z.output<z.ZodObject<typeof DemandAge>>): string {
  return demand_age_days > 0 ? `; demand is known up to ${demand_through}` : ''
}

/**
 * Expects each coming day to sell what its weekday sold on average over the last six weeks.
 *
 * @throws {BusinessError} not_found for an unknown SKU or warehouse
 */
export async function forecastDemand(
  db: Kysely<Tables>,
  { sku, warehouse, horizonDays }: { sku: string; warehouse?: string | undefined; horizonDays: number },
): Promise<Forecast> {
  await requireSku(db, sku)
  if (warehouse !== undefined) await requireWarehouse(db, warehouse)
  const through = await demandThrough(db)
  const sold = await soldPerDay(db, sku, warehouse, through)
  const byDay = new Map(sold.map(({ day, qty }) => [day, qty]))
  const quantities = Array.from({ length: LOOK_BACK_DAYS }, (_, back) => byDay.get(daysAfter(through, -back)) ?? 0)
  const { mean, sd } = statisticsOf(
    quantities.reduce((sum, qty) => sum + qty, 0),
    quantities.reduce((sum, qty) => sum + qty * qty, 0),
    LOOK_BACK_DAYS,
  )
  const days = Array.from({ length: horizonDays }, (_, ahead) => {
    const day = daysAfter(dayOf(), ahead)
    return { day, expected: round(weekdayMean(quantities, through, day)) }
  })
  return {
    sku,
    ...(warehouse === undefined ? {} : { warehouse }),
    method: sold.length > 0 ? 'weekday_mean' : 'no_history',
    ...demandAge(through),
    mean_per_day: round(mean),
    sd_per_day: round(sd),
    total: round(days.reduce((sum, { expected }) => sum + expected, 0)),
    days,
  }
}

async function soldPerDay(
  db: Kysely<Tables>,
  sku: string,
  warehouse: string | undefined,
  through: Day,
): Promise<{ day: Day; qty: number }[]> {
  const { rows } = await sql<{ day: Day; qty: number }>`
    select day, sum(ordered_qty) as qty from demand_daily
    where sku = ${sku} and (${warehouse ?? null}::text is null or warehouse_id = ${warehouse ?? null})
      and day > ${daysAfter(through, -LOOK_BACK_DAYS)} and day <= ${through}
    group by day`.execute(db)
  return rows
}

/** Mean of the days in the look-back that share the weekday of `day`; `quantities` runs backwards from `through`. */
function weekdayMean(quantities: readonly number[], through: Day, day: Day): number {
  const weekday = new Date(day).getUTCDay()
  const same = quantities.filter((_, back) => new Date(daysAfter(through, -back)).getUTCDay() === weekday)
  return same.reduce((sum, qty) => sum + qty, 0) / same.length
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
