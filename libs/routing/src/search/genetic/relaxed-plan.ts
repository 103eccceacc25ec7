// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from '../../model/model.ts'
import { NONE } from '../plan.ts'
import type { Tours } from './tours.ts'

/** What a second of lateness and a unit of overload cost. */
export interface Prices {
  lateness: number
  overload: number
}

/**
 * A plan of a fleet of equal vehicles that serves all tasks, in which vehicles may be late and too full at a price.
 * Whoever is late begins at the closing of the window nevertheless, so that lateness does not spread; so what joining
 * the begin of one route to the end of another costs is known in constant time (Nagata, Bräysy and Dullaert 2010).
 */
export interface RelaxedPlan {
  fleet: number
  /** First end node; the start nodes are before it, behind the tasks. */
  firstEnd: number
  next: Int32Array
  previous: Int32Array
  route: Int32Array
  /** Column of each node in the travel arrays, and where its row begins. */
  place: Int32Array
  row: Int32Array
  /** Of each node: its place in its route. */
  position: Int32Array
  /** Windows and length of service of each node. */
  open: Float64Array
  close: Float64Array
  stay: Float64Array
  demand: Float64Array
  /** Cost of the arc from each node to the next. */
  arc: Float64Array
  /** When service begins at each node, and how late the route was up to it. */
  begin: Float64Array
  lateBefore: Float64Array
  /** The latest arrival at each node that adds nothing to the lateness from it on. */
  latest: Float64Array
  lateAfter: Float64Array
  /** Of each node: load of the tasks up to it. */
  loadUpTo: Float64Array
  /** Of each route. */
  load: Float64Array
  late: Float64Array
  /** Routes that changed since local search left them. */
  touched: Uint8Array
  capacity: number
  prices: Prices
  /** What using one more vehicle costs here. */
  openingCost: number
  /** Makes one node follow another; the route must be updated after it. */
  link(before: number, after: number): void
  /** Recalculates a route from its order. */
  update(vehicle: number): void
  /** What lateness and overload of a route cost. */
  penaltyOf(late: number, load: number): number
  /** Tasks of a route. */
  sizeOf(vehicle: number): number
  /** Takes the routes of others over; tasks in none are left out. */
  take(routes: readonly ArrayLike<number>[]): void
  /** The routes as they are now. */
  tours(): Tours
}

/** Longest strings of tasks that are moved at once. */
export const LONGEST = 3

/** Smaller gains are errors of rounding. */
export const EPSILON = 1e-6

export function createRelaxedPlan(model: Model, fleet: number, openingCost: number): RelaxedPlan {
  const { taskCount, placeCount } = model
  const { seconds, cost } = model.classes[0]!
  const firstEnd = taskCount + fleet
  const nodeCount = taskCount + 2 * fleet
  const perNode = (value: (node: number) => number) =>
    Float64Array.from({ length: nodeCount }, (_, node) => value(node))
  const isTask = (node: number) => node < taskCount
  const place = Int32Array.from({ length: nodeCount }, (_, node) => {
    if (isTask(node)) return node
    return model.place[node < firstEnd ? taskCount : taskCount + model.vehicleCount]!
  })
  const row = place.map((each) => each * placeCount)
  const open = perNode((node) => (isTask(node) ? model.open[node]! : model.shiftStart[0]!))
  const close = perNode((node) => (isTask(node) ? model.close[node]! : model.shiftEnd[0]!))
  const stay = perNode((node) => (isTask(node) ? model.service[node]! : 0))
  const demand = perNode((node) => (isTask(node) ? (model.delivery[node] ?? 0) + (model.pickup[node] ?? 0) : 0))
  const next = new Int32Array(nodeCount)
  const previous = new Int32Array(nodeCount)
  const route = new Int32Array(nodeCount).fill(NONE)
  const position = new Int32Array(nodeCount)
  const zeros = () => new Float64Array(nodeCount)
  const [arc, begin, lateBefore, latest, lateAfter, loadUpTo] = [zeros(), zeros(), zeros(), zeros(), zeros(), zeros()]
  const load = new Float64Array(fleet)
  const late = new Float64Array(fleet)
  const touched = new Uint8Array(fleet)
  const capacity = model.capacity[0] ?? 0
  const prices = { lateness: 1, overload: 1 }

  return {
    fleet,
    firstEnd,
    next,
    previous,
    route,
    place,
    row,
    position,
    open,
    close,
    stay,
    demand,
    arc,
    begin,
    lateBefore,
    latest,
    lateAfter,
    loadUpTo,
    load,
    late,
    touched,
    capacity,
    prices,
    openingCost,
    link,
    update,
    penaltyOf,
    sizeOf: (vehicle) => position[firstEnd + vehicle]! - 1,
    take,
    tours,
  }

  function penaltyOf(lateness: number, carried: number): number {
    return prices.lateness * lateness + (carried > capacity ? prices.overload * (carried - capacity) : 0)
  }

  function link(before: number, after: number) {
    next[before] = after
    previous[after] = before
  }

  function update(vehicle: number) {
    const start = taskCount + vehicle
    const end = firstEnd + vehicle
    begin[start] = open[start]!
    let node = start
    let time = open[start]!
    let lateness = 0
    let carried = 0
    let count = 0
    const _at = 0
    while (node !== end) {
      const after = next[node]!
      const at = row[node]! + place[after]!
      arc[node] = cost[at]!
      time += stay[node]! + seconds[at]!
      if (time < open[after]!) time = open[after]!
      else if (time > close[after]!) {
        lateness += time - close[after]!
        time = close[after]!
      }
      carried += demand[after]!
      begin[after] = time
      lateBefore[after] = lateness
      loadUpTo[after] = carried
      position[after] = ++count
      route[after] = vehicle
      node = after
    }
    touched[vehicle] = 1
    load[vehicle] = carried
    late[vehicle] = lateness
    latest[end] = close[end]!
    lateness = 0
    time = close[end]!
    while (node !== start) {
      const before = previous[node]!
      time -= stay[before]! + seconds[row[before]! + place[node]!]!
      if (time > close[before]!) time = close[before]!
      else if (time < open[before]!) {
        lateness += open[before]! - time
        time = open[before]!
      }
      latest[before] = time
      lateAfter[before] = lateness
      node = before
    }
  }

  function take(routes: readonly ArrayLike<number>[]) {
    route.fill(NONE)
    for (let vehicle = 0; vehicle < fleet; vehicle++) {
      const tasks = routes[vehicle]
      let before = taskCount + vehicle
      route[before] = vehicle
      for (let index = 0; index < (tasks?.length ?? 0); index++) {
        const task = tasks![index]!
        link(before, task)
        before = task
      }
      link(before, firstEnd + vehicle)
      update(vehicle)
    }
  }

  function tours(): Tours {
    const routes: number[][] = []
    const after = new Int32Array(taskCount)
    const before = new Int32Array(taskCount)
    let travel = 0
    for (let vehicle = 0; vehicle < fleet; vehicle++) {
      const tasks: number[] = []
      const start = taskCount + vehicle
      for (let node = next[start]!; node < taskCount; node = next[node]!) {
        tasks.push(node)
        before[node] = previous[node]! < taskCount ? previous[node]! : NONE
        after[node] = next[node]! < taskCount ? next[node]! : NONE
      }
      if (tasks.length === 0) continue
      routes.push(tasks)
      travel += openingCost
      for (let node = start; node < firstEnd; node = next[node]!) travel += arc[node]!
    }
    const overload = load.reduce((sum, carried) => sum + Math.max(0, carried - capacity), 0)
    const lateness = late.reduce((sum, each) => sum + each, 0)
    return { routes, next: after, previous: before, cost: travel, lateness, overload }
  }
}
