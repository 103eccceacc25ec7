import { type Day, daysAfter } from '@backroom/calendar'

/** The calendar day of a moment in a time zone. */
export function dayIn(timezone: string, moment: Date = new Date()): Day {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(moment)
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
