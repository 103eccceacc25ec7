/** A calendar day as `YYYY-MM-DD`. */
export type Day = string

/** Milliseconds of a day. */
export const DAY_MS = 86_400_000

/** The calendar day of a moment, in UTC; now by default. Numbers are milliseconds. */
export function dayOf(moment: Date | number = Date.now()): Day {
  return new Date(moment).toISOString().slice(0, 10)
}

/** The day `days` later; negative for earlier. */
export function daysAfter(day: Day, days: number): Day {
  return dayOf(Date.parse(day) + days * DAY_MS)
}

/** The same time of day `days` business days later; Saturdays and Sundays do not count. */
export function businessDaysAfter(start: Date, days: number): Date {
  let moment = start.getTime()
  for (let left = days; left > 0; ) {
    moment += DAY_MS
    if (new Date(moment).getUTCDay() % 6 !== 0) left--
  }
  return new Date(moment)
}
