// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from '../model/model.ts'
import { createJournal } from './journal.ts'
import { attach, detach, NONE, type Plan } from './plan.ts'

/** What is known of every node, so that a place for a task is judged in constant time. */
export interface VrptwRoutes {
  /** Of each task: what it takes of the capacity. */
  demand: Float64Array
  /** Of each vehicle: what its tasks take. */
  load: Float64Array
  /** Earliest departure from each node. */
  ready: Float64Array
  /** Latest arrival at each node that lets the rest of the route be in time. */
  late: Float64Array
  /** Cost of the arc from each node to the next. */
  arcCost: Float64Array
  /** Of each route: a number that only this order of its tasks has. */
  version: Float64Array
  /** The vehicles in use, in no order. */
  inUse: VehicleList
  /** Puts a task behind a node, at an extra cost that is known. */
  insert(task: number, before: number, extraCost: number): void
  remove(tasks: Int32Array, count: number): void
  commit(): void
  rollback(): void
  refresh(): void
}

/** Vehicles, the first `count` of the list. */
interface VehicleList {
  vehicles: Int32Array
  count: number
}

export function createVrptwRoutes(model: Model, plan: Plan): VrptwRoutes {
  const { taskCount, vehicleCount, nodeCount, placeCount, place, open, close, service, penalty } = model
  const { seconds, cost } = model.classes[0]!
  const { next, previous, route, size, vehicleCost } = plan
  const firstEnd = taskCount + vehicleCount
  const demand = service.map((_, task) => (model.delivery[task] ?? 0) + (model.pickup[task] ?? 0))
  const load = new Float64Array(vehicleCount)
  const ready = new Float64Array(nodeCount)
  const late = new Float64Array(nodeCount)
  const arcCost = new Float64Array(nodeCount)
  const arcSeconds = new Float64Array(nodeCount)
  const journal = createJournal(model, plan)
  const savedLoads = new Float64Array(vehicleCount)
  const savedVersions = new Float64Array(vehicleCount)
  const version = new Float64Array(vehicleCount)
  const inUse = { vehicles: new Int32Array(vehicleCount), count: 0 }
  const placeInUse = new Int32Array(vehicleCount).fill(NONE)
  let versions = 0
  const savedTimes = new Float64Array(nodeCount * 4)
  return {
    demand,
    load,
    ready,
    late,
    arcCost,
    version,
    inUse,
    insert,
    remove,
    commit: journal.commit,
    rollback,
    refresh,
  }

  function insert(task: number, before: number, extraCost: number) {
    const vehicle = route[before]!
    save(vehicle)
    plan.cost += extraCost
    load[vehicle] = load[vehicle]! + demand[task]!
    attach(plan, task, before, penalty[task]!)
    setArc(before)
    setArc(task)
    forward(task)
    backward(task)
    version[vehicle] = ++versions
    noteUse(vehicle)
  }

  function remove(tasks: Int32Array, count: number) {
    const vehicle = route[tasks[0]!]!
    save(vehicle)
    let first: number = NONE
    for (let index = 0; index < count; index++) {
      const task = tasks[index]!
      const before = previous[task]!
      plan.cost -= arcCost[before]! + arcCost[task]!
      load[vehicle] = load[vehicle]! - demand[task]!
      detach(plan, task, penalty[task]!)
      setArc(before)
      plan.cost += arcCost[before]!
      first = before
    }
    if (size[vehicle] === 0) plan.cost -= vehicleCost[vehicle]! + arcCost[first]!
    schedule(vehicle)
    version[vehicle] = ++versions
    noteUse(vehicle)
  }

  /** Keeps the list of vehicles in use. */
  function noteUse(vehicle: number) {
    const at = placeInUse[vehicle]!
    const isUsed = size[vehicle]! > 0
    if (isUsed === (at !== NONE)) return
    if (at === NONE) {
      placeInUse[vehicle] = inUse.count
      inUse.vehicles[inUse.count++] = vehicle
      return
    }
    const last = inUse.vehicles[--inUse.count]!
    inUse.vehicles[at] = last
    placeInUse[last] = at
    placeInUse[vehicle] = NONE
  }

  function setArc(from: number) {
    const at = place[from]! * placeCount + place[next[from]!]!
    arcCost[from] = cost[at]!
    arcSeconds[from] = seconds[at]!
  }

  function schedule(vehicle: number) {
    for (let node = next[taskCount + vehicle]!; node < firstEnd; node = next[node]!) setReady(node)
    for (let node = previous[firstEnd + vehicle]!; node < taskCount; node = previous[node]!) setLate(node)
  }

  /** Earliest departures from a new node on, until one does not change. */
  function forward(node: number) {
    setReady(node)
    for (let at = next[node]!; at < firstEnd && setReady(at); at = next[at]!);
  }

  /** Latest arrivals from a new node back, until one does not change. */
  function backward(node: number) {
    setLate(node)
    for (let at = previous[node]!; at < taskCount && setLate(at); at = previous[at]!);
  }

  function setReady(node: number): boolean {
    const before = previous[node]!
    const arrival = ready[before]! + arcSeconds[before]!
    const departure = Math.max(arrival, open[node]!) + service[node]!
    const isChanged = departure !== ready[node]
    ready[node] = departure
    return isChanged
  }

  function setLate(node: number): boolean {
    const latest = late[next[node]!]! - arcSeconds[node]! - service[node]!
    const arrival = Math.min(latest, close[node]!)
    const isChanged = arrival !== late[node]
    late[node] = arrival
    return isChanged
  }

  function save(vehicle: number) {
    const from = journal.save(vehicle)
    if (from === NONE) return
    savedLoads[journal.routeCount() - 1] = load[vehicle]!
    savedVersions[journal.routeCount() - 1] = version[vehicle]!
    for (let index = from; index < journal.nodeCount(); index++) {
      const node = journal.nodes[index]!
      savedTimes[4 * index] = ready[node]!
      savedTimes[4 * index + 1] = late[node]!
      savedTimes[4 * index + 2] = arcCost[node]!
      savedTimes[4 * index + 3] = arcSeconds[node]!
    }
  }

  function rollback() {
    for (let index = 0; index < journal.nodeCount(); index++) {
      const node = journal.nodes[index]!
      ready[node] = savedTimes[4 * index]!
      late[node] = savedTimes[4 * index + 1]!
      arcCost[node] = savedTimes[4 * index + 2]!
      arcSeconds[node] = savedTimes[4 * index + 3]!
    }
    const count = journal.routeCount()
    for (let index = 0; index < count; index++) {
      load[journal.vehicles[index]!] = savedLoads[index]!
      version[journal.vehicles[index]!] = savedVersions[index]!
    }
    journal.rollback()
    for (let index = 0; index < count; index++) noteUse(journal.vehicles[index]!)
  }

  function refresh() {
    plan.cost = 0
    for (let vehicle = 0; vehicle < vehicleCount; vehicle++) {
      const start = taskCount + vehicle
      ready[start] = model.shiftStart[vehicle]!
      late[firstEnd + vehicle] = model.shiftEnd[vehicle]!
      load[vehicle] = 0
      for (let node = start; node < firstEnd; node = next[node]!) {
        setArc(node)
        if (node < taskCount) load[vehicle] = load[vehicle]! + demand[node]!
        if (size[vehicle]! > 0) plan.cost += arcCost[node]!
      }
      if (size[vehicle]! > 0) plan.cost += vehicleCost[vehicle]!
      schedule(vehicle)
      version[vehicle] = ++versions
      noteUse(vehicle)
    }
    journal.commit()
  }
}
