// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from '../model/model.ts'
import { BLINK_RATE, type Evaluation, OPEN_RATE } from './evaluation.ts'
import { createJournal } from './journal.ts'
import { createLoads } from './loads.ts'
import { attach, detach, NONE, type Plan } from './plan.ts'
import type { Random } from './random.ts'
import { createSchedule } from './schedule.ts'

/**
 * Every feature of a problem: all places of all routes are considered, those that would be cheapest so far are
 * examined exactly.
 */
export function createGeneralEvaluation(model: Model, plan: Plan, random: Random): Evaluation {
  const { taskCount, vehicleCount, nodeCount, placeCount, place, partner, penalty, kind, suits } = model
  const { classes, classOf, maxTasks, maxTravel, maxDistance } = model
  const { next, route, size, anchor, vehicleCost } = plan
  const firstEnd = taskCount + vehicleCount
  const journal = createJournal(model, plan)
  const schedule = createSchedule(model, plan)
  const loads = createLoads(model, plan)
  const { levels } = schedule

  const arcCost = new Float64Array(nodeCount)
  const routeCost = new Float64Array(vehicleCount)
  const routeSeconds = new Float64Array(vehicleCount)
  const routeMetres = new Float64Array(vehicleCount)
  const kindSeen = new Int32Array(Math.max(...kind) + 1)
  let searches = 0

  const times = new Float64Array(levels)
  const moreTimes = new Float64Array(levels)
  const spareTimes = new Float64Array(levels)
  const lastTimes = new Float64Array(levels)
  const hasLimits = maxTravel.map((seconds, vehicle) =>
    Number(Math.min(seconds, maxDistance[vehicle]!) < Number.POSITIVE_INFINITY),
  )

  let bestCost = Number.POSITIVE_INFINITY
  let bestAfter = NONE
  /** For a shipment: behind which node its delivery goes; the pickup itself when it follows at once. */
  let bestDeliveryAfter = NONE

  refresh()
  return { find, insert, remove, commit: journal.commit, rollback, refresh }

  function find(task: number, mayOpen: boolean): number {
    bestCost = Number.POSITIVE_INFINITY
    if (mayOpen && random.next() < OPEN_RATE) findAmong(task, false, true)
    if (bestCost === Number.POSITIVE_INFINITY) findAmong(task, true, mayOpen)
    return bestCost
  }

  function findAmong(task: number, inUsed: boolean, inUnused: boolean) {
    const first = firstOf(task)
    searches++
    for (let vehicle = 0; vehicle < vehicleCount; vehicle++) {
      if (suits[vehicle * taskCount + first] === 0) continue
      const isUsed = size[vehicle]! > 0
      if (isUsed && !inUsed) continue
      if (!isUsed) {
        if (!inUnused || kindSeen[kind[vehicle]!] === searches) continue
        kindSeen[kind[vehicle]!] = searches
      }
      const onTop = isUsed ? 0 : vehicleCost[vehicle]!
      if (partner[first] === NONE) findForJob(first, vehicle, onTop)
      else if (size[vehicle]! + 2 <= maxTasks[vehicle]!) findForShipment(first, vehicle, onTop)
    }
  }

  function findForJob(job: number, vehicle: number, onTop: number) {
    if (size[vehicle]! + 1 > maxTasks[vehicle]!) return
    const { cost, costTo } = classes[classOf[vehicle]!]!
    const row = job * placeCount
    for (let before = anchor[vehicle]!; before < firstEnd; before = next[before]!) {
      const after = next[before]!
      const extra = onTop + costTo[row + place[before]!]! + cost[row + place[after]!]! - arcCost[before]!
      if (!(extra < bestCost) || !loads.fits(vehicle, job, before)) continue
      if (!schedule.proceed(vehicle, schedule.ready, before * levels, before, job, times)) continue
      if (!schedule.canContinue(vehicle, times, job, after) || !isWithinLimits(vehicle, before, job, after)) continue
      if (random.next() < BLINK_RATE) continue
      bestCost = extra
      bestAfter = before
    }
  }

  /** The pickup behind each node, the delivery at once or behind each later one. */
  function findForShipment(pickup: number, vehicle: number, onTop: number) {
    const { cost, costTo } = classes[classOf[vehicle]!]!
    const delivery = partner[pickup]!
    const row = pickup * placeCount
    const deliveryRow = delivery * placeCount
    for (let before = anchor[vehicle]!; before < firstEnd; before = next[before]!) {
      const after = next[before]!
      if (!loads.fitsBehind(vehicle, pickup, before)) continue
      if (!schedule.proceed(vehicle, schedule.ready, before * levels, before, pickup, times)) continue
      const reached = onTop + costTo[row + place[before]!]! - arcCost[before]!
      const direct = reached + cost[row + delivery]! + cost[deliveryRow + place[after]!]!
      if (direct < bestCost) considerDelivery(vehicle, pickup, before, pickup, after, times, direct)
      const apart = reached + cost[row + place[after]!]!
      if (apart < bestCost) deliverLater(vehicle, pickup, before, apart, costTo, cost)
    }
  }

  function deliverLater(
    vehicle: number,
    pickup: number,
    before: number,
    soFar: number,
    costTo: Float64Array,
    cost: Float64Array,
  ) {
    const row = partner[pickup]! * placeCount
    let now = times
    let from = pickup
    for (let node = next[before]!; node < taskCount; node = next[node]!) {
      if (!loads.fitsBehind(vehicle, pickup, node)) return
      const then = now === moreTimes ? spareTimes : moreTimes
      if (!schedule.proceed(vehicle, now, 0, from, node, then)) return
      now = then
      from = node
      const extra = soFar + costTo[row + node]! + cost[row + place[next[node]!]!]! - arcCost[node]!
      if (extra < bestCost) considerDelivery(vehicle, pickup, before, node, next[node]!, now, extra)
    }
  }

  function considerDelivery(
    vehicle: number,
    pickup: number,
    before: number,
    deliveryAfter: number,
    following: number,
    departures: Float64Array,
    extra: number,
  ) {
    const delivery = partner[pickup]!
    if (!schedule.proceed(vehicle, departures, 0, deliveryAfter, delivery, lastTimes)) return
    if (!schedule.canContinue(vehicle, lastTimes, delivery, following)) return
    if (!isShipmentWithinLimits(vehicle, before, pickup, deliveryAfter, following)) return
    if (random.next() < BLINK_RATE) return
    bestCost = extra
    bestAfter = before
    bestDeliveryAfter = deliveryAfter
  }

  function insert(task: number) {
    const first = firstOf(task)
    const vehicle = route[bestAfter]!
    journal.save(vehicle)
    attach(plan, first, bestAfter, penalty[first]!)
    const delivery = partner[first]!
    if (delivery !== NONE) attach(plan, delivery, bestDeliveryAfter, penalty[delivery]!)
    update(vehicle)
  }

  function remove(tasks: Int32Array, count: number) {
    const vehicle = route[tasks[0]!]!
    journal.save(vehicle)
    for (let index = 0; index < count; index++) {
      const task = tasks[index]!
      if (route[task] === NONE) continue
      detach(plan, task, penalty[task]!)
      if (partner[task] !== NONE) detach(plan, partner[task]!, penalty[partner[task]!]!)
    }
    update(vehicle)
  }

  function rollback() {
    const count = journal.routeCount()
    journal.rollback()
    for (let index = 0; index < count; index++) recalculate(journal.vehicles[index]!)
  }

  function refresh() {
    plan.cost = 0
    for (let vehicle = 0; vehicle < vehicleCount; vehicle++) {
      recalculate(vehicle)
      plan.cost += routeCost[vehicle]!
    }
    journal.commit()
  }

  function update(vehicle: number) {
    plan.cost -= routeCost[vehicle]!
    recalculate(vehicle)
    plan.cost += routeCost[vehicle]!
  }

  /** An unused vehicle travels nowhere. */
  function recalculate(vehicle: number) {
    const { cost, seconds, metres } = classes[classOf[vehicle]!]!
    const isUsed = size[vehicle]! > 0
    routeCost[vehicle] = isUsed ? vehicleCost[vehicle]! : 0
    routeSeconds[vehicle] = 0
    routeMetres[vehicle] = 0
    for (let node = taskCount + vehicle; node < firstEnd; node = next[node]!) {
      const at = place[node]! * placeCount + place[next[node]!]!
      arcCost[node] = isUsed ? cost[at]! : 0
      if (!isUsed) continue
      routeCost[vehicle] = routeCost[vehicle]! + cost[at]!
      routeSeconds[vehicle] = routeSeconds[vehicle]! + seconds[at]!
      routeMetres[vehicle] = routeMetres[vehicle]! + metres[at]!
    }
    schedule.update(vehicle)
    loads.update(vehicle)
  }

  function isWithinLimits(vehicle: number, before: number, task: number, after: number): boolean {
    if (!hasLimits[vehicle]) return true
    const { seconds, metres } = classes[classOf[vehicle]!]!
    const detour = (arcs: Float64Array) =>
      arc(arcs, before, task) + arc(arcs, task, after) - used(arcs, vehicle, before, after)
    return isWithin(vehicle, detour(seconds), detour(metres))
  }

  function isShipmentWithinLimits(
    vehicle: number,
    before: number,
    pickup: number,
    last: number,
    following: number,
  ): boolean {
    if (!hasLimits[vehicle]) return true
    const { seconds, metres } = classes[classOf[vehicle]!]!
    const delivery = partner[pickup]!
    const detour = (arcs: Float64Array) => {
      const end = arc(arcs, last, delivery) + arc(arcs, delivery, following)
      if (last === pickup) return arc(arcs, before, pickup) + end - used(arcs, vehicle, before, following)
      const begin = arc(arcs, before, pickup) + arc(arcs, pickup, next[before]!)
      return begin + end - used(arcs, vehicle, before, next[before]!) - used(arcs, vehicle, last, following)
    }
    return isWithin(vehicle, detour(seconds), detour(metres))
  }

  function isWithin(vehicle: number, moreSeconds: number, moreMetres: number): boolean {
    return (
      routeSeconds[vehicle]! + moreSeconds <= maxTravel[vehicle]! &&
      routeMetres[vehicle]! + moreMetres <= maxDistance[vehicle]!
    )
  }

  function used(arcs: Float64Array, vehicle: number, from: number, to: number): number {
    return size[vehicle]! > 0 ? arc(arcs, from, to) : 0
  }

  function arc(arcs: Float64Array, from: number, to: number): number {
    return arcs[place[from]! * placeCount + place[to]!]!
  }

  /** The pickup of a shipment stands for both its tasks. */
  function firstOf(task: number): number {
    return model.tasks[task]!.type === 'delivery' ? partner[task]! : task
  }
}
