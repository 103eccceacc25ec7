import type { Day } from './database-tables.ts'

const DAY_MS = 86_400_000

/** The calendar day of a moment in a time zone. */
export function dayIn(timezone: string, moment: Date = new Date()): Day {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(moment)
}

/** The day `days` later; negative for earlier. */
export function daysAfter(day: Day, days: number): Day {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The moment at which clocks of a time zone show a day and a time such as `07:30`. */
export function momentIn(timezone: string, day: Day, time: string): Date {
  const guess = new Date(`${day}T${time}:00Z`)
  const shown = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(guess)
  return new Date(2 * guess.getTime() - Date.parse(`${shown.replace(' ', 'T')}Z`))
}

/** 1 is Monday, 7 is Sunday. */
export function weekdayOf(day: Day): number {
  return new Date(day).getUTCDay() || 7
}

/** Monday of the week that a day belongs to. */
export function mondayOf(day: Day): Day {
  return daysAfter(day, 1 - weekdayOf(day))
}
