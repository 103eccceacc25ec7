// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.

import { arrivalOf, departureOf, firstWithin, lastWithin } from '../model/legs.ts'
import type { Model } from '../model/model.ts'
import type { Plan } from './plan.ts'

/**
 * Times of all routes by the number of breaks taken: at `node * levels + taken`, the earliest departure from the node,
 * and the latest departure that lets the rest of the route and the remaining breaks be done in time.
 */
export interface Schedule {
  levels: number
  ready: Float64Array
  latest: Float64Array
  /** Recalculates a route. */
  update(vehicle: number): void
  /** Whether a route is in time: it can start when the shift does. */
  isFeasible(vehicle: number): boolean
  /**
   * Earliest departures from a task after the departures `from[at…]` from another node, by breaks taken; false when it
   * cannot be reached within its windows.
   */
  proceed(vehicle: number, from: Float64Array, at: number, node: number, task: number, result: Float64Array): boolean
  /** Whether the route can go on from a node, left at `from`, with a node that is in the route. */
  canContinue(vehicle: number, from: Float64Array, node: number, following: number): boolean
}

export function createSchedule(model: Model, plan: Plan): Schedule {
  const { taskCount, vehicleCount, nodeCount, placeCount, place, locationOf, service, setup, breaks } = model
  const { next, previous } = plan
  const levels = Math.max(...breaks.map(({ length }) => length)) + 1
  const ready = new Float64Array(nodeCount * levels).fill(Number.POSITIVE_INFINITY)
  const latest = new Float64Array(nodeCount * levels).fill(Number.NEGATIVE_INFINITY)
  const firstEnd = taskCount + vehicleCount
  const windows = model.tasks.map((task) => task.windows)
  return { levels, ready, latest, update, isFeasible, proceed, canContinue }

  function update(vehicle: number) {
    const start = taskCount + vehicle
    const end = firstEnd + vehicle
    const count = breaks[vehicle]!.length
    ready[start * levels] = model.shiftStart[vehicle]!
    for (let node = next[start]!; node < firstEnd; node = next[node]!) {
      proceed(vehicle, ready, previous[node]! * levels, previous[node]!, node, ready, node * levels)
    }
    latest[end * levels + count] = model.shiftEnd[vehicle]!
    for (let node = previous[end]!; ; node = previous[node]!) {
      retreat(vehicle, node, next[node]!)
      if (node === start) return
    }
  }

  function isFeasible(vehicle: number): boolean {
    return latest[(taskCount + vehicle) * levels]! >= model.shiftStart[vehicle]!
  }

  function proceed(
    vehicle: number,
    from: Float64Array,
    at: number,
    node: number,
    task: number,
    result: Float64Array,
    resultAt = 0,
  ): boolean {
    const travel = secondsBetween(vehicle, node, task)
    const stay = stayAt(task, node)
    const count = breaks[vehicle]!.length
    let isReached = false
    for (let taken = 0; taken <= count; taken++) {
      let arrival = Number.POSITIVE_INFINITY
      for (let before = 0; before <= taken; before++) {
        arrival = Math.min(arrival, arrivalOf(breaks[vehicle]!, before, taken, from[at + before]!, travel))
      }
      const departure = firstWithin(windows[task]!, arrival) + stay
      result[resultAt + taken] = departure
      if (departure < Number.POSITIVE_INFINITY) isReached = true
    }
    return isReached
  }

  function canContinue(vehicle: number, from: Float64Array, node: number, following: number): boolean {
    const travel = secondsBetween(vehicle, node, following)
    const count = breaks[vehicle]!.length
    for (let taken = 0; taken <= count; taken++) {
      const arrival = latestArrival(following, node, taken)
      for (let before = 0; before <= taken; before++) {
        const earliest = from[before]!
        if (earliest <= arrival && arrivalOf(breaks[vehicle]!, before, taken, earliest, travel) <= arrival) return true
      }
    }
    return false
  }

  /** Latest departures from a node, given those from the next one. */
  function retreat(vehicle: number, node: number, following: number) {
    const travel = secondsBetween(vehicle, node, following)
    const count = breaks[vehicle]!.length
    for (let taken = 0; taken <= count; taken++) {
      let departure = Number.NEGATIVE_INFINITY
      for (let then = taken; then <= count; then++) {
        const arrival = latestArrival(following, node, then)
        departure = Math.max(departure, departureOf(breaks[vehicle]!, taken, then, arrival, travel))
      }
      latest[node * levels + taken] = departure
    }
  }

  function latestArrival(node: number, before: number, taken: number): number {
    const departure = latest[node * levels + taken]!
    return node < taskCount ? lastWithin(windows[node]!, departure - stayAt(node, before)) : departure
  }

  function secondsBetween(vehicle: number, from: number, to: number): number {
    return model.classes[model.classOf[vehicle]!]!.seconds[place[from]! * placeCount + place[to]!]!
  }

  /** Setup is spent only when the location changes. */
  function stayAt(task: number, before: number): number {
    const isSamePlace = locationOf[place[before]!] === locationOf[place[task]!]
    return isSamePlace ? service[task]! : service[task]! + setup[task]!
  }
}
