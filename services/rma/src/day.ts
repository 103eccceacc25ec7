import { DAY_MS } from '@backroom/calendar'

/** The same time of day so many days later; negative for earlier. */
export function daysAfter(moment: Date, days: number): Date {
  return new Date(moment.getTime() + days * DAY_MS)
}
