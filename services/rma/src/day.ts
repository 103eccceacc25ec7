const DAY_MS = 86_400_000

/** The same time of day so many days later; negative for earlier. */
export function daysAfter(moment: Date, days: number): Date {
  return new Date(moment.getTime() + days * DAY_MS)
}
