// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from '../model/model.ts'
import { link, NONE, type Plan } from './plan.ts'

/** Remembers routes before they change, so that a rejected round costs no more than what it touched. */
export interface Journal {
  /** Nodes of the remembered routes, from start node to end node, one route after the other. */
  nodes: Int32Array
  /** Vehicles of the remembered routes. */
  vehicles: Int32Array
  /** Remembers a route unless it is remembered already; where its nodes begin, or NONE. */
  save(vehicle: number): number
  nodeCount(): number
  routeCount(): number
  /** Forgets all remembered routes. */
  commit(): void
  /** Puts everything back in the order remembered, and forgets it. */
  rollback(): void
}

/** A journal of a plan. */
export function createJournal(model: Model, plan: Plan): Journal {
  const { taskCount, vehicleCount, nodeCount } = model
  const { next, route, size, absent, absentAt } = plan
  const firstEnd = taskCount + vehicleCount
  const savedIn = new Int32Array(vehicleCount)
  const vehicles = new Int32Array(vehicleCount)
  const sizes = new Int32Array(vehicleCount)
  const nodes = new Int32Array(nodeCount)
  const savedAbsent = new Int32Array(taskCount)
  const totals = { cost: 0, penalty: 0, used: 0, absentCount: 0 }
  let round = 1
  let savedRoutes = 0
  let savedNodes = 0

  return {
    nodes,
    vehicles,
    save,
    nodeCount: () => savedNodes,
    routeCount: () => savedRoutes,
    commit,
    rollback,
  }

  function save(vehicle: number): number {
    if (savedIn[vehicle] === round) return NONE
    if (savedRoutes === 0) saveTotals()
    savedIn[vehicle] = round
    sizes[savedRoutes] = size[vehicle]!
    vehicles[savedRoutes++] = vehicle
    const from = savedNodes
    let node = taskCount + vehicle
    for (; node < firstEnd; node = next[node]!) nodes[savedNodes++] = node
    nodes[savedNodes++] = node
    return from
  }

  function saveTotals() {
    totals.cost = plan.cost
    totals.penalty = plan.penalty
    totals.used = plan.used
    totals.absentCount = plan.absentCount
    for (let index = 0; index < plan.absentCount; index++) savedAbsent[index] = absent[index]!
  }

  function commit() {
    round++
    savedRoutes = 0
    savedNodes = 0
  }

  function rollback() {
    if (savedRoutes === 0) return
    for (let index = 0, restored = 0; index < savedNodes; index++) {
      const node = nodes[index]!
      const vehicle = vehicles[restored]!
      route[node] = vehicle
      if (node < taskCount || node >= firstEnd) link(plan, nodes[index - 1]!, node)
      if (node >= firstEnd) size[vehicle] = sizes[restored++]!
    }
    plan.cost = totals.cost
    plan.penalty = totals.penalty
    plan.used = totals.used
    plan.absentCount = totals.absentCount
    for (let index = 0; index < totals.absentCount; index++) {
      const task = savedAbsent[index]!
      absent[index] = task
      absentAt[task] = index
      route[task] = NONE
    }
    commit()
  }
}
