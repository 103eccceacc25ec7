// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from '../model/model.ts'
import type { Plan } from './plan.ts'

/** What is on board along every route, by amount. */
export interface Loads {
  /** Recalculates a route. */
  update(vehicle: number): void
  /** Whether a job fits behind a node: its delivery on board until there, its pickup from there on. */
  fits(vehicle: number, job: number, before: number): boolean
  /** Whether the goods of a shipment fit on board behind a node, until the next stop. */
  fitsBehind(vehicle: number, pickup: number, before: number): boolean
}

export function createLoads(model: Model, plan: Plan): Loads {
  const { taskCount, vehicleCount, nodeCount, dimensions, delivery, pickup, amount, capacity } = model
  const { next, previous } = plan
  const onBoard = new Float64Array(nodeCount * dimensions)
  /** The most on board from the start to a node, and from a node to the end. */
  const before = new Float64Array(nodeCount * dimensions)
  const after = new Float64Array(nodeCount * dimensions)
  const firstEnd = taskCount + vehicleCount
  return { update, fits, fitsBehind }

  function update(vehicle: number) {
    const start = taskCount + vehicle
    const end = firstEnd + vehicle
    for (let dimension = 0; dimension < dimensions; dimension++) {
      let load = 0
      for (let node = next[start]!; node !== end; node = next[node]!) load += delivery[node * dimensions + dimension]!
      let most = load
      onBoard[start * dimensions + dimension] = load
      before[start * dimensions + dimension] = load
      for (let node = next[start]!; node !== end; node = next[node]!) {
        const at = node * dimensions + dimension
        load += pickup[at]! + amount[at]! - delivery[at]!
        most = Math.max(most, load)
        onBoard[at] = load
        before[at] = most
      }
      most = load
      after[end * dimensions + dimension] = load
      for (let node = previous[end]!; node >= start || node < taskCount; node = previous[node]!) {
        const at = node * dimensions + dimension
        most = Math.max(most, onBoard[at]!)
        after[at] = most
        if (node === start) break
      }
    }
  }

  function fits(vehicle: number, job: number, behind: number): boolean {
    const following = next[behind]!
    for (let dimension = 0; dimension < dimensions; dimension++) {
      const limit = capacity[vehicle * dimensions + dimension]!
      const loaded = delivery[job * dimensions + dimension]!
      const collected = pickup[job * dimensions + dimension]!
      if (before[behind * dimensions + dimension]! + loaded > limit) return false
      if (onBoard[behind * dimensions + dimension]! + collected > limit) return false
      if (after[following * dimensions + dimension]! + collected > limit) return false
    }
    return true
  }

  function fitsBehind(vehicle: number, task: number, behind: number): boolean {
    for (let dimension = 0; dimension < dimensions; dimension++) {
      const goods = amount[task * dimensions + dimension]!
      if (onBoard[behind * dimensions + dimension]! + goods > capacity[vehicle * dimensions + dimension]!) return false
    }
    return true
  }
}
