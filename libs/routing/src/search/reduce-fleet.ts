// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from '../model/model.ts'
import { NONE, tasksOfRoute } from './plan.ts'
import { keepIfBest } from './pricing.ts'
import { CLOCK_INTERVAL, meanArc, type SearchState } from './state.ts'

/** Among plans that leave out as much, as a part of the mean cost of an arc. */
const TEMPERATURE = 0.1

/** What is to be reached, and until which part of the budget is used. */
interface Goal {
  mostVehicles: number
  /** Sum of the penalties of absent tasks. */
  penalty: number
  /** Whether to go on with fewer vehicles once the penalty is reached. */
  wantsFewer: boolean
  end: number
}

/**
 * Serves absent tasks, those first that were absent most often; once the goal is reached, empties a route and tries
 * without it, when fewer vehicles are wanted.
 */
export function reduceFleet(state: SearchState, goal: Goal) {
  const { model, plan, evaluation, random, budget, ruin, recreate } = state
  const absences = new Float64Array(model.taskCount).fill(1)
  const temperature = TEMPERATURE * meanArc(state)
  const least = leastVehicles(model)
  let { mostVehicles } = goal
  let current = absence()
  for (;;) {
    if (plan.penalty <= goal.penalty) {
      if (!goal.wantsFewer || plan.used <= least || !emptyRoute()) return
      mostVehicles = plan.used
      current = absence()
    }
    if (state.iterations % CLOCK_INTERVAL === 0) {
      if (budget.used(state.iterations) >= goal.end) return
      budget.report(state.best, state.iterations)
    }
    state.iterations++
    const { cost } = plan
    ruin()
    recreate(mostVehicles, false)
    const sum = absence()
    const isAccepted = sum < current || (sum === current && plan.cost < cost - temperature * Math.log(random.next()))
    for (let index = 0; index < plan.absentCount; index++) absences[plan.absent[index]!]!++
    if (isAccepted) {
      evaluation.commit()
      keepIfBest(state)
    } else evaluation.rollback()
    current = absence()
  }

  function absence(): number {
    let sum = 0
    for (let index = 0; index < plan.absentCount; index++) sum += absences[plan.absent[index]!]!
    return sum
  }

  /** Takes all tasks out of the route whose tasks were easiest to serve; false when every route has locked tasks. */
  function emptyRoute(): boolean {
    let easiest = NONE
    let fewest = Number.POSITIVE_INFINITY
    for (let vehicle = 0; vehicle < model.vehicleCount; vehicle++) {
      if (plan.size[vehicle] === 0 || model.locked[vehicle]!.length > 0) continue
      const sum = tasksOfRoute(plan.next, vehicle, model).reduce((all, task) => all + absences[task]!, 0)
      if (sum < fewest) [easiest, fewest] = [vehicle, sum]
    }
    if (easiest === NONE) return false
    const tasks = tasksOfRoute(plan.next, easiest, model)
    evaluation.remove(Int32Array.from(tasks), tasks.length)
    evaluation.commit()
    return true
  }
}

/** No plan serves all tasks with fewer vehicles than this, by the amounts alone. */
function leastVehicles({ dimensions, delivery, capacity }: Model): number {
  let least = 1
  for (let dimension = 0; dimension < dimensions; dimension++) {
    const ofDimension = (_: number, index: number) => index % dimensions === dimension
    const total = delivery.filter(ofDimension).reduce((sum, amount) => sum + amount, 0)
    const largest = capacity.filter(ofDimension).reduce((most, each) => Math.max(most, each), 0)
    if (total > 0) least = Math.max(least, Math.ceil(total / largest))
  }
  return least
}
