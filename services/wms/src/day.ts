import type { Day } from './database-tables.ts'

const DAY_MS = 86_400_000

/** The calendar day now, in UTC. */
export function today(): Day {
  return dayOf(Date.now())
}

/** The calendar day, in UTC, of a moment in milliseconds. */
export function dayOf(ms: number): Day {
  return new Date(ms).toISOString().slice(0, 10)
}

/** The day `days` later; negative for earlier. */
export function daysAfter(day: Day, days: number): Day {
  return dayOf(Date.parse(day) + days * DAY_MS)
}
