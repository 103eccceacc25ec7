import type { Model } from '../../model/model.ts'
import { NONE, type Snapshot } from '../plan.ts'

/** Routes that serve every task, with what they cost and by how much they break the rules. */
export interface Tours {
  routes: number[][]
  /** Neighbours of each task on its route, NONE for the ends of the route. */
  next: Int32Array
  previous: Int32Array
  cost: number
  lateness: number
  overload: number
}

/** Sums of times in another order differ in their last digits. */
export const TOLERANCE = 1e-7

/** Whether the tours break no rule. */
export function isFeasible({ lateness, overload }: Tours): boolean {
  return lateness < TOLERANCE && overload < TOLERANCE
}

/** The part of the tasks whose neighbours on the route differ. */
export function distanceBetween(one: Tours, other: Tours): number {
  let different = 0
  for (let task = 0; task < one.next.length; task++) {
    if (one.next[task] !== other.next[task]) different++
    if (one.previous[task] !== other.previous[task]) different++
  }
  return different / (2 * one.next.length)
}

/** The tours as a plan of the first vehicles. */
export function snapshotOf({ routes }: Tours, { taskCount, vehicleCount, nodeCount }: Model): Snapshot {
  const next = new Int32Array(nodeCount).fill(NONE)
  const route = new Int32Array(nodeCount).fill(NONE)
  for (let vehicle = 0; vehicle < vehicleCount; vehicle++) {
    let before = taskCount + vehicle
    route[before] = vehicle
    for (const task of routes[vehicle] ?? []) {
      next[before] = task
      route[task] = vehicle
      before = task
    }
    next[before] = taskCount + vehicleCount + vehicle
    route[taskCount + vehicleCount + vehicle] = vehicle
  }
  return { next, route, cost: 0, penalty: 0, used: 0, absentCount: 0 }
}
