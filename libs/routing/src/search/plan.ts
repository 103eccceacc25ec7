// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from '../model/model.ts'

/** No route, no node. */
export const NONE = -1

/** Which vehicle does what in which order, as linked lists from the start node of a vehicle to its end node. */
export interface Plan {
  next: Int32Array
  previous: Int32Array
  /** Vehicle of each node, NONE for absent tasks. */
  route: Int32Array
  /** Tasks of each vehicle. */
  size: Int32Array
  /** Last locked task of each vehicle, else its start node: new tasks come after it. */
  anchor: Int32Array
  /** Tasks without a vehicle, in no order, and where each is in the list. */
  absent: Int32Array
  absentAt: Int32Array
  absentCount: number
  /** What using each vehicle costs in the search, which may be less than it costs indeed. */
  vehicleCost: Float64Array
  /** Vehicles with tasks. */
  used: number
  /** Of travel and of the vehicles used. */
  cost: number
  /** Sum of the penalties of absent tasks. */
  penalty: number
}

/** A plan in which every vehicle has its locked tasks only. */
export function createPlan(model: Model): Plan {
  const { taskCount, vehicleCount, nodeCount } = model
  const plan: Plan = {
    next: new Int32Array(nodeCount).fill(NONE),
    previous: new Int32Array(nodeCount).fill(NONE),
    route: new Int32Array(nodeCount).fill(NONE),
    size: new Int32Array(vehicleCount),
    anchor: new Int32Array(vehicleCount),
    absent: new Int32Array(taskCount),
    absentAt: new Int32Array(taskCount),
    absentCount: 0,
    vehicleCost: model.fixedCost.slice(),
    used: 0,
    cost: 0,
    penalty: 0,
  }
  for (let vehicle = 0; vehicle < vehicleCount; vehicle++) {
    const locked = model.locked[vehicle]!
    const start = taskCount + vehicle
    const nodes = [start, ...locked, start + vehicleCount]
    for (const [position, node] of nodes.entries()) {
      plan.route[node] = vehicle
      if (position > 0) link(plan, nodes[position - 1]!, node)
    }
    plan.anchor[vehicle] = locked.at(-1) ?? start
  }
  count(plan, model)
  return plan
}

/** Makes one node follow another. */
export function link(plan: Plan, before: number, after: number) {
  plan.next[before] = after
  plan.previous[after] = before
}

/** Puts an absent task behind a node of a route. */
export function attach(plan: Plan, task: number, before: number, penalty: number) {
  const { absent, absentAt, route, size } = plan
  const vehicle = route[before]!
  link(plan, task, plan.next[before]!)
  link(plan, before, task)
  route[task] = vehicle
  if (size[vehicle]!++ === 0) plan.used++
  const last = absent[--plan.absentCount]!
  absent[absentAt[task]!] = last
  absentAt[last] = absentAt[task]!
  plan.penalty -= penalty
}

/** Takes a task out of its route. */
export function detach(plan: Plan, task: number, penalty: number) {
  const { absent, absentAt, route, size } = plan
  const vehicle = route[task]!
  link(plan, plan.previous[task]!, plan.next[task]!)
  route[task] = NONE
  if (--size[vehicle]! === 0) plan.used--
  absentAt[task] = plan.absentCount
  absent[plan.absentCount++] = task
  plan.penalty += penalty
}

/** Enough to return to a plan. */
export type Snapshot = Pick<Plan, 'next' | 'route' | 'cost' | 'penalty' | 'used' | 'absentCount'>

/** The plan as it is now. */
export function createSnapshot({ next, route, cost, penalty, used, absentCount }: Plan): Snapshot {
  return { next: next.slice(), route: route.slice(), cost, penalty, used, absentCount }
}

/** Overwrites a snapshot with the plan. */
export function record(plan: Plan, snapshot: Snapshot) {
  snapshot.next.set(plan.next)
  snapshot.route.set(plan.route)
  snapshot.cost = plan.cost
  snapshot.penalty = plan.penalty
  snapshot.used = plan.used
  snapshot.absentCount = plan.absentCount
}

/** Overwrites the plan with a snapshot; the evaluation must be refreshed after it. */
export function restore(plan: Plan, snapshot: Snapshot, model: Model) {
  plan.next.set(snapshot.next)
  plan.route.set(snapshot.route)
  for (let node = 0; node < model.taskCount + model.vehicleCount; node++) {
    if (plan.route[node] !== NONE) plan.previous[plan.next[node]!] = node
  }
  count(plan, model)
}

/** The tasks of a vehicle in their order. */
export function tasksOfRoute(next: Int32Array, vehicle: number, model: Model): number[] {
  const tasks: number[] = []
  for (let node = next[model.taskCount + vehicle]!; node < model.taskCount; node = next[node]!) tasks.push(node)
  return tasks
}

/** Counts tasks and vehicles anew from the routes. */
function count(plan: Plan, model: Model) {
  plan.size.fill(0)
  plan.absentCount = 0
  plan.penalty = 0
  for (let task = 0; task < model.taskCount; task++) {
    if (plan.route[task] !== NONE) plan.size[plan.route[task]!]!++
    else {
      plan.absentAt[task] = plan.absentCount
      plan.absent[plan.absentCount++] = task
      plan.penalty += model.penalty[task]!
    }
  }
  plan.used = plan.size.reduce((used, size) => used + Number(size > 0), 0)
}
