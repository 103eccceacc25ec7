// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from '../model/model.ts'
import { BLINK_RATE, type Evaluation, OPEN_RATE } from './evaluation.ts'
import type { ArcLists } from './neighbours.ts'
import { NONE, type Plan } from './plan.ts'
import type { Random } from './random.ts'
import { createVrptwRoutes } from './vrptw-routes.ts'

/** Up to so many tasks all places are looked at, which is faster than lists of near ones. */
const SCAN_UP_TO = 200

/**
 * The vehicle routing problem with time windows (VRPTW), with constant work a place: every node knows its earliest
 * departure and its latest arrival, so a task fits between two nodes when it can be reached from one and the other can
 * be reached in time.
 */
export function createVrptwEvaluation(
  model: Model,
  plan: Plan,
  lists: { after: ArcLists; before: ArcLists },
  random: Random,
): Evaluation {
  const { taskCount, vehicleCount, placeCount, place, open, close, service, kind } = model
  const { seconds, secondsTo, cost, costTo } = model.classes[0]!
  const { next, previous, route, size, anchor, vehicleCost } = plan
  const capacity = model.shiftStart.map((_, vehicle) => model.capacity[vehicle] ?? 0)
  const firstEnd = taskCount + vehicleCount
  const { tasks: afterTasks, cost: afterCost, seconds: afterSeconds, width } = lists.after
  const { tasks: beforeTasks, cost: beforeCost, seconds: beforeSeconds } = lists.before
  const cheapestOut = cheapestArcs(cost)
  const cheapestIn = cheapestArcs(costTo)

  const routes = createVrptwRoutes(model, plan)
  const { demand, load, ready, late, arcCost, version, inUse, commit, rollback, refresh, remove } = routes
  const kinds = Object.values(Object.groupBy(kind.keys(), (vehicle) => kind[vehicle]!)).map((of) =>
    Int32Array.from(of!),
  )
  const unusedAt = new Int32Array(kinds.length)

  /** The best place of each task in each route, when the route had the version. */
  const known = taskCount > SCAN_UP_TO ? 0 : taskCount * vehicleCount
  const knownVersion = new Float64Array(known).fill(NONE)
  const knownCost = new Float64Array(known)
  const knownAfter = new Int32Array(known)

  let bestCost = Number.POSITIVE_INFINITY
  let bestAfter = NONE
  let scannedCost = Number.POSITIVE_INFINITY
  let scannedAfter = NONE

  refresh()
  return { find, insert: (task) => routes.insert(task, bestAfter, bestCost), remove, commit, rollback, refresh }

  function find(task: number, mayOpen: boolean): number {
    bestCost = Number.POSITIVE_INFINITY
    bestAfter = NONE
    if (mayOpen) {
      findUnused(task)
      if (bestAfter !== NONE && random.next() < OPEN_RATE) return bestCost
    }
    const unused = bestAfter
    if (taskCount > SCAN_UP_TO) findNear(task)
    if (bestAfter === unused) findAnywhere(task)
    return bestCost
  }

  /** Behind its best predecessors and before its best successors; what costs least to know is asked first. */
  function findNear(task: number) {
    const row = task * placeCount
    const amount = demand[task]!
    const opens = open[task]!
    const closes = close[task]!
    const stay = service[task]!
    const leastOut = cheapestOut[task]!
    const leastIn = cheapestIn[task]!
    const from = task * width
    let best = bestCost
    let found = bestAfter
    for (let index = from; index < from + width; index++) {
      const before = afterTasks[index]!
      if (before === NONE) break
      const vehicle = route[before]!
      if (vehicle === NONE || load[vehicle]! + amount > capacity[vehicle]!) continue
      const saved = arcCost[before]! - afterCost[index]!
      if (leastOut - saved >= best) continue
      let time = ready[before]! + afterSeconds[index]!
      if (time > closes) continue
      if (time < opens) time = opens
      time += stay
      const after = next[before]!
      if (time > late[after]!) continue
      const at = row + place[after]!
      const extra = cost[at]! - saved
      if (extra >= best || time + seconds[at]! > late[after]! || random.next() < BLINK_RATE) continue
      best = extra
      found = before
    }
    for (let index = from; index < from + width; index++) {
      const after = beforeTasks[index]!
      if (after === NONE) break
      const vehicle = route[after]!
      if (vehicle === NONE || load[vehicle]! + amount > capacity[vehicle]!) continue
      const before = previous[after]!
      const saved = arcCost[before]! - beforeCost[index]!
      if (leastIn - saved >= best) continue
      const latest = late[after]! - beforeSeconds[index]! - stay
      if (opens > latest || ready[before]! > latest) continue
      const at = row + place[before]!
      const extra = costTo[at]! - saved
      if (extra >= best) continue
      const time = ready[before]! + secondsTo[at]!
      if (time > latest || time > closes || random.next() < BLINK_RATE) continue
      best = extra
      found = before
    }
    bestCost = best
    bestAfter = found
  }

  /** Behind every node of every route. */
  function findAnywhere(task: number) {
    const amount = demand[task]!
    for (let index = 0; index < inUse.count; index++) {
      const vehicle = inUse.vehicles[index]!
      if (load[vehicle]! + amount > capacity[vehicle]!) continue
      look(task, vehicle)
      if (scannedCost < bestCost && random.next() < BLINK_RATE) scan(task, vehicle, scannedAfter)
      if (scannedCost >= bestCost) continue
      bestCost = scannedCost
      bestAfter = scannedAfter
    }
  }

  /** What is known of a route that has not changed since is not calculated again. */
  function look(task: number, vehicle: number) {
    if (known === 0) return scan(task, vehicle, NONE)
    const at = task * vehicleCount + vehicle
    if (knownVersion[at] === version[vehicle]) {
      scannedCost = knownCost[at]!
      scannedAfter = knownAfter[at]!
      return
    }
    scan(task, vehicle, NONE)
    knownCost[at] = scannedCost
    knownAfter[at] = scannedAfter
    knownVersion[at] = version[vehicle]!
  }

  /** Behind every node of a route but one, as long as the vehicle is not too late there. */
  function scan(task: number, vehicle: number, hidden: number) {
    const row = task * placeCount
    const opens = open[task]!
    const closes = close[task]!
    const stay = service[task]!
    let best = Number.POSITIVE_INFINITY
    let found: number = NONE
    for (let before = anchor[vehicle]!, after = next[before]!; ; before = after, after = next[before]!) {
      if (ready[before]! > closes) break
      if (late[after]! >= opens + stay) {
        const from = row + place[before]!
        const to = row + place[after]!
        const extra = costTo[from]! + cost[to]! - arcCost[before]!
        if (extra < best && before !== hidden) {
          const arrival = ready[before]! + secondsTo[from]!
          const departure = Math.max(arrival, opens) + stay
          if (arrival <= closes && departure + seconds[to]! <= late[after]!) {
            best = extra
            found = before
          }
        }
      }
      if (after >= firstEnd) break
    }
    scannedCost = best
    scannedAfter = found
  }

  function findUnused(task: number) {
    for (let index = 0; index < kinds.length; index++) {
      const vehicle = unusedOf(index)
      if (vehicle !== NONE && demand[task]! <= capacity[vehicle]!) {
        consider(task, taskCount + vehicle, vehicleCost[vehicle]!)
      }
    }
  }

  /** An unused vehicle of a kind; looks on where it found one last. */
  function unusedOf(index: number): number {
    const vehicles = kinds[index]!
    for (let tried = 0; tried < vehicles.length; tried++) {
      const vehicle = vehicles[unusedAt[index]!]!
      if (size[vehicle] === 0) return vehicle
      unusedAt[index] = (unusedAt[index]! + 1) % vehicles.length
    }
    return NONE
  }

  /** Behind a node, at the cost of the two arcs and what comes on top of them. */
  function consider(task: number, before: number, onTop: number) {
    const after = next[before]!
    const from = task * placeCount + place[before]!
    const to = task * placeCount + place[after]!
    const extra = onTop + costTo[from]! + cost[to]!
    if (extra >= bestCost) return
    const time = Math.max(open[task]!, ready[before]! + secondsTo[from]!)
    if (time > close[task]! || time + service[task]! + seconds[to]! > late[after]!) return
    if (random.next() < BLINK_RATE) return
    bestCost = extra
    bestAfter = before
  }

  /** Of each task, to any other place. */
  function cheapestArcs(arcs: Float64Array): Float64Array {
    return Float64Array.from({ length: taskCount }, (_, task) => {
      let least = Number.POSITIVE_INFINITY
      for (let other = 0; other < placeCount; other++) {
        if (other !== task) least = Math.min(least, arcs[task * placeCount + other]!)
      }
      return least
    })
  }
}
