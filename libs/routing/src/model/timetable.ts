// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import { arrivalOf, departureOf, firstWithin, lastWithin, TIME_TOLERANCE } from './legs.ts'
import type { BreakModel, Model } from './model.ts'

/** A leg of a route and the stop at its end. */
export interface Leg {
  from: number
  to: number
  /** Travel of the whole leg. */
  seconds: number
  metres: number
  cost: number
  /** Breaks taken on it, by number. */
  breaks: number[]
  departure: number
  arrival: number
  /** When service, with setup, begins and how long it lasts; nothing at the end of the route. */
  begin: number
  setup: number
  service: number
}

/**
 * The times of a vehicle that serves these tasks in this order: as early as possible at the end, and no earlier than
 * necessary at the start. Undefined when it cannot be in time.
 */
export function timetableOf(model: Model, vehicle: number, tasks: readonly number[]): Leg[] | undefined {
  const legs = legsOf(model, vehicle, tasks)
  const breaks = model.breaks[vehicle]!
  if (!placeBreaks(model, vehicle, legs)) return undefined
  const end = run(model, breaks, legs, model.shiftStart[vehicle]!)
  if (!(end <= model.shiftEnd[vehicle]! + TIME_TOLERANCE)) return undefined
  const latest = latestStart(model, breaks, legs, end)
  for (const start of [latest, latest - TIME_TOLERANCE, model.shiftStart[vehicle]!]) {
    if (start >= model.shiftStart[vehicle]! && run(model, breaks, legs, start) <= end + TIME_TOLERANCE) break
  }
  return legs
}

function legsOf(model: Model, vehicle: number, tasks: readonly number[]): Leg[] {
  const { taskCount, vehicleCount, placeCount, place, locationOf } = model
  const { seconds, metres, cost } = model.classes[model.classOf[vehicle]!]!
  const start = taskCount + vehicle
  const nodes = [start, ...tasks, start + vehicleCount]
  return nodes.slice(1).map((to, index) => {
    const from = nodes[index]!
    const at = place[from]! * placeCount + place[to]!
    const isSamePlace = locationOf[place[from]!] === locationOf[place[to]!]
    const isTask = to < taskCount
    return {
      from,
      to,
      seconds: seconds[at]!,
      metres: metres[at]!,
      cost: cost[at]!,
      breaks: [],
      departure: 0,
      arrival: 0,
      begin: 0,
      setup: isTask && !isSamePlace ? model.setup[to]! : 0,
      service: isTask ? model.service[to]! : 0,
    }
  })
}

/** Decides on which leg each break is taken, so that the route ends as early as possible. */
function placeBreaks(model: Model, vehicle: number, legs: Leg[]): boolean {
  const breaks = model.breaks[vehicle]!
  const count = breaks.length
  let ready: number[] = [model.shiftStart[vehicle]!, ...breaks.map(() => Number.POSITIVE_INFINITY)]
  const takenBefore = legs.map((leg) => {
    const sources: number[] = []
    const reached: number[] = []
    for (let taken = 0; taken <= count; taken++) {
      const arrivals = ready
        .slice(0, taken + 1)
        .map((time, before) => arrivalOf(breaks, before, taken, time, leg.seconds))
      const arrival = Math.min(...arrivals)
      sources.push(arrivals.indexOf(arrival))
      reached.push(departureAfter(model, leg, arrival))
    }
    ready = reached
    return sources
  })
  if (ready[count] === Number.POSITIVE_INFINITY) return false
  let taken = count
  for (let index = legs.length - 1; index >= 0; index--) {
    const before = takenBefore[index]![taken]!
    legs[index]!.breaks = Array.from({ length: taken - before }, (_, offset) => before + offset)
    taken = before
  }
  return true
}

function departureAfter(model: Model, leg: Leg, arrival: number): number {
  const begin = leg.to < model.taskCount ? firstWithin(model.tasks[leg.to]!.windows, arrival) : arrival
  return begin + leg.setup + leg.service
}

/** Sets all times from a start on; the time at the end. */
function run(model: Model, breaks: BreakModel[], legs: Leg[], start: number): number {
  let time = start
  for (const leg of legs) {
    leg.departure = time
    leg.arrival = arrivalOf(breaks, leg.breaks[0] ?? 0, (leg.breaks.at(-1) ?? -1) + 1, time, leg.seconds)
    time = departureAfter(model, leg, leg.arrival)
    leg.begin = time - leg.setup - leg.service
  }
  return time
}

/** The latest start that still reaches the end at this time. */
function latestStart(model: Model, breaks: BreakModel[], legs: Leg[], end: number): number {
  return legs.reduceRight((time, { to, seconds, setup, service, breaks: taken }) => {
    const departure = time - setup - service
    const arrival = to < model.taskCount ? lastWithin(model.tasks[to]!.windows, departure) : departure
    return departureOf(breaks, taken[0] ?? 0, (taken.at(-1) ?? -1) + 1, arrival, seconds)
  }, end)
}
