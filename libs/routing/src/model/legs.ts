// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.

import type { TimeWindow } from '../problem.ts'
import type { BreakModel } from './model.ts'

/** Sums of times in another order differ in their last digits. */
export const TIME_TOLERANCE = 1e-6

/** The first moment from `time` on that is in a window; Infinity when all are over. */
export function firstWithin(windows: TimeWindow[], time: number): number {
  for (const [start, end] of windows) {
    if (time <= end + TIME_TOLERANCE) return Math.max(start, time)
  }
  return Number.POSITIVE_INFINITY
}

/** The last moment up to `time` that is in a window; -Infinity when none has begun. */
export function lastWithin(windows: TimeWindow[], time: number): number {
  for (let index = windows.length - 1; index >= 0; index--) {
    const [start, end] = windows[index]!
    if (time >= start) return Math.min(end, time)
  }
  return Number.NEGATIVE_INFINITY
}

/**
 * Arrival after a leg on which breaks `from` to `to` - 1 are taken as early as possible: the driver drives while no
 * break is due, wherever that is. Infinity when a break comes too late.
 */
export function arrivalOf(breaks: BreakModel[], from: number, to: number, departure: number, seconds: number): number {
  let paused = 0
  let time = departure
  for (let index = from; index < to; index++) {
    const { windows, service } = breaks[index]!
    time = firstWithin(windows, time) + service
    paused += service
  }
  return Math.max(time, departure + seconds + paused)
}

/** The latest departure on such a leg that arrives by `arrival`; -Infinity when there is none. */
export function departureOf(breaks: BreakModel[], from: number, to: number, arrival: number, seconds: number): number {
  let paused = 0
  let time = arrival
  for (let index = to - 1; index >= from; index--) {
    const { windows, service } = breaks[index]!
    time = lastWithin(windows, time - service)
    paused += service
  }
  return Math.min(time, arrival - seconds - paused)
}
