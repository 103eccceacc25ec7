// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from '../../model/model.ts'
import type { NeighbourLists } from '../neighbours.ts'
import { NONE } from '../plan.ts'
import type { Random } from '../random.ts'
import type { RelaxedPlan } from './relaxed-plan.ts'
import type { Tours } from './tours.ts'

/**
 * Makes the relaxed plan a child of two parents: around a random task, routes of the one are replaced by those routes
 * of the other that serve most of the same tasks (after Nagata and Kobayashi's selective route exchange). What is then
 * served twice is left out once, what is not served goes where it costs least.
 */
export function createRecombination(model: Model, plan: RelaxedPlan, nearby: NeighbourLists, random: Random) {
  const { taskCount } = model
  const routeOf = new Int32Array(taskCount)
  const isGiven = new Uint8Array(taskCount)
  const insert = createInsertion(model, plan)

  return (one: Tours, other: Tours) => {
    for (const [number, route] of one.routes.entries()) for (const task of route) routeOf[task] = number
    const given = routesAround(random.below(taskCount), 1 + random.below(Math.max(1, one.routes.length - 1)))
    for (let task = 0; task < taskCount; task++) isGiven[task] = Number(given.has(routeOf[task]!))
    const taken = mostAlike(other.routes, given.size)
    const kept = one.routes.filter((_, number) => !given.has(number))
    if (random.below(2) === 0) {
      plan.take([...kept, ...taken.map((route) => route.filter((task) => isGiven[task] === 1))])
    } else {
      const isTaken = new Set(taken.flat())
      plan.take([...kept.map((route) => route.filter((task) => !isTaken.has(task))), ...taken])
    }
    for (const [vehicle, { length }] of kept.entries()) {
      if (plan.sizeOf(vehicle) === length) plan.touched[vehicle] = 0
    }
    for (const task of shuffled(absentTasks())) insert(task)
  }

  /** Numbers of the routes nearest to a task. */
  function routesAround(seed: number, count: number): Set<number> {
    const chosen = new Set<number>()
    const row = seed * nearby.width
    for (let at = row; at < row + nearby.width && chosen.size < count; at++) {
      if (nearby.tasks[at] !== NONE) chosen.add(routeOf[nearby.tasks[at]!]!)
    }
    return chosen
  }

  /** The routes that serve most tasks of those given and fewest others. */
  function mostAlike(routes: number[][], count: number): number[][] {
    const likeness = (route: number[]) => route.reduce((sum, task) => sum + (isGiven[task] === 1 ? 1 : -1), 0)
    const ranked = routes.map((route) => ({ route, value: likeness(route) })).sort((a, b) => b.value - a.value)
    return ranked.slice(0, count).map(({ route }) => route)
  }

  function absentTasks(): number[] {
    const absent: number[] = []
    for (let task = 0; task < taskCount; task++) if (plan.route[task] === NONE) absent.push(task)
    return absent
  }

  function shuffled(tasks: number[]): number[] {
    for (let index = tasks.length - 1; index > 0; index--) {
      const other = random.below(index + 1)
      ;[tasks[index], tasks[other]] = [tasks[other]!, tasks[index]!]
    }
    return tasks
  }
}

/** Puts an absent task where it costs least, what it makes late or too full included. */
export function createInsertion(model: Model, plan: RelaxedPlan): (task: number) => void {
  const { taskCount, placeCount } = model
  const { seconds, cost } = model.classes[0]!
  const { fleet, firstEnd, next, place, open, close, stay, demand } = plan
  const { begin, lateBefore, latest, lateAfter, load, late, openingCost } = plan

  return (task) => {
    const row = task * placeCount
    let best = Number.POSITIVE_INFINITY
    let bestVehicle = 0
    let bestBefore = taskCount
    let isUnusedSeen = false
    for (let vehicle = 0; vehicle < fleet; vehicle++) {
      const start = taskCount + vehicle
      const isUnused = next[start] === firstEnd + vehicle
      if (isUnused && isUnusedSeen) continue
      isUnusedSeen ||= isUnused
      const onTop = (isUnused ? openingCost : 0) - plan.penaltyOf(late[vehicle]!, load[vehicle]!)
      for (let before = start; before < firstEnd; before = next[before]!) {
        const after = next[before]!
        const from = place[before]! * placeCount
        const to = place[after]!
        const extra = onTop + cost[from + task]! + cost[row + to]! - (isUnused ? 0 : cost[from + to]!)
        if (extra + plan.penaltyOf(0, load[vehicle]! + demand[task]!) >= best) continue
        let time = begin[before]! + stay[before]! + seconds[from + task]!
        let lateness = lateBefore[before]! + lateAfter[after]!
        if (time < open[task]!) time = open[task]!
        else if (time > close[task]!) {
          lateness += time - close[task]!
          time = close[task]!
        }
        const over = time + stay[task]! + seconds[row + to]! - latest[after]!
        if (over > 0) lateness += over
        const price = extra + plan.penaltyOf(lateness, load[vehicle]! + demand[task]!)
        if (price >= best) continue
        best = price
        bestVehicle = vehicle
        bestBefore = before
      }
    }
    const after = next[bestBefore]!
    plan.link(bestBefore, task)
    plan.link(task, after)
    plan.update(bestVehicle)
  }
}
