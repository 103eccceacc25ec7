// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from '../../model/model.ts'
import { EPSILON, LONGEST, type RelaxedPlan } from './relaxed-plan.ts'

/**
 * Moves a string that begins with a task behind another node of its route, when that is a gain; the best length of the
 * string. Says whether it did.
 */
export function createMovesWithin(model: Model, plan: RelaxedPlan): (task: number, target: number) => boolean {
  const { taskCount } = model
  const { seconds, cost } = model.classes[0]!
  const { next, previous, route, place, row, position, open, close, stay, arc } = plan
  const { begin, lateBefore, latest, lateAfter, late, prices } = plan

  /** Where a walk along the changed route is: node, when it leaves, how late it was. */
  let from = 0
  let time = 0
  let lateness = 0

  return (task, target) => {
    const vehicle = route[task]!
    const ahead = previous[task]!
    const follower = next[target]!
    const fixed = cost[row[target]! + task]! - arc[ahead]! - arc[target]! - prices.lateness * late[vehicle]!
    let bestGain = -EPSILON
    let bestLast = -1
    for (let length = 1, last = task; length <= LONGEST && last < taskCount && last !== target; length++) {
      const beyond = next[last]!
      let gain = fixed + cost[row[last]! + place[follower]!]! + cost[row[ahead]! + place[beyond]!]! - arc[last]!
      if (gain < bestGain) gain += prices.lateness * latenessWith(task, last, target)
      if (gain < bestGain) {
        bestGain = gain
        bestLast = last
      }
      last = beyond
    }
    if (bestLast < 0) return false
    plan.link(ahead, next[bestLast]!)
    plan.link(bestLast, follower)
    plan.link(target, task)
    plan.update(vehicle)
    return true
  }

  /** How late the route is with a string moved behind the target. */
  function latenessWith(task: number, last: number, target: number): number {
    const ahead = previous[task]!
    const beyond = next[last]!
    const follower = next[target]!
    const isEarlier = position[target]! < position[task]!
    from = isEarlier ? target : ahead
    time = begin[from]! + stay[from]!
    lateness = lateBefore[from]!
    if (isEarlier) {
      walk(task, beyond)
      walk(follower, task)
    } else {
      walk(beyond, follower)
      walk(task, beyond)
    }
    const end = isEarlier ? beyond : follower
    const over = time + seconds[row[from]! + place[end]!]! - latest[end]!
    return lateness + lateAfter[end]! + Math.max(over, 0)
  }

  /** Goes on with the tasks from one up to, without, another. */
  function walk(first: number, end: number) {
    for (let node = first; node !== end; node = next[node]!) {
      time += seconds[row[from]! + node]!
      if (time < open[node]!) time = open[node]!
      else if (time > close[node]!) {
        lateness += time - close[node]!
        time = close[node]!
      }
      time += stay[node]!
      from = node
    }
  }
}
