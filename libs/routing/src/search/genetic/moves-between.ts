// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from '../../model/model.ts'
import { NONE } from '../plan.ts'
import { EPSILON, LONGEST, type RelaxedPlan } from './relaxed-plan.ts'

/**
 * Moves that put a task behind a node of another route: the ends of the two routes are exchanged, or a string of tasks
 * from the task on is moved behind the node or exchanged with a string that is there. Makes the best one and says so;
 * false when none is a gain.
 */
export function createMovesBetween(model: Model, plan: RelaxedPlan): (task: number, target: number) => boolean {
  const { taskCount } = model
  const { seconds, cost } = model.classes[0]!
  const { next, previous, route, place, row, open, close, stay, demand, arc, openingCost, firstEnd } = plan
  const { begin, lateBefore, latest, lateAfter, loadUpTo, load, late } = plan

  let bestGain = 0
  /** Lengths of the strings of the best move; 0 when it exchanges the ends, NONE when there is none. */
  let bestMoved = NONE
  let bestTaken = 0
  /** Last nodes of the strings behind the target, by their lengths. */
  const lastTaken = new Int32Array(LONGEST + 1)
  /** The state at the end of a string: where a route comes from, when it leaves, how late it was, what it carries. */
  let from = 0
  let time = 0
  let lateness = 0
  let amount = 0

  return (task, target) => {
    bestGain = -EPSILON
    bestMoved = NONE
    const current = penaltyNow(route[task]!) + penaltyNow(route[target]!)
    tryEnds(task, target, current)
    tryStrings(task, target, current)
    if (bestMoved === NONE) return false
    if (bestMoved === 0) exchangeEnds(task, target)
    else exchangeStrings(task, target)
    return true
  }

  function penaltyNow(vehicle: number): number {
    return plan.penaltyOf(late[vehicle]!, load[vehicle]!)
  }

  function tryEnds(task: number, target: number, current: number) {
    const ahead = previous[task]!
    const after = next[target]!
    if (ahead >= taskCount && target >= taskCount) return
    const [one, other] = [route[target]!, route[task]!]
    let gain = cost[row[target]! + task]! + cost[row[ahead]! + place[after]!]! - arc[ahead]! - arc[target]! - current
    if (after >= firstEnd) {
      if (ahead >= taskCount) gain -= openingCost
      if (target >= taskCount) gain += openingCost
    }
    if (gain >= bestGain) return
    const moved = load[other]! - loadUpTo[ahead]!
    gain += plan.penaltyOf(joined(target, task), loadUpTo[target]! + moved)
    if (gain >= bestGain) return
    gain += plan.penaltyOf(joined(ahead, after), loadUpTo[ahead]! + load[one]! - loadUpTo[target]!)
    if (gain >= bestGain) return
    bestGain = gain
    bestMoved = 0
  }

  /** How late a route is that goes on behind `node` with `to` and all that follows it. */
  function joined(node: number, to: number): number {
    const over = begin[node]! + stay[node]! + seconds[row[node]! + place[to]!]! - latest[to]!
    return lateBefore[node]! + lateAfter[to]! + Math.max(over, 0)
  }

  /** What a move costs on the road is compared first; few are worth the look at time and load. */
  function tryStrings(task: number, target: number, current: number) {
    const ahead = previous[task]!
    const follower = next[target]!
    const most = listTaken(target)
    const aheadRow = row[ahead]!
    const fixed = cost[row[target]! + task]! - arc[ahead]! - arc[target]! - current
    const toFollower = cost[aheadRow + place[follower]!]!
    const isOpened = target >= taskCount && follower >= firstEnd
    for (let moved = 1, last = task; moved <= LONGEST && last < taskCount; moved++, last = next[last]!) {
      const beyond = next[last]!
      const lastRow = row[last]!
      const without = fixed - arc[last]!
      let gain = without + cost[lastRow + place[follower]!]! + cost[aheadRow + place[beyond]!]!
      if (isOpened) gain += openingCost
      if (ahead >= taskCount && beyond >= firstEnd) gain -= openingCost
      if (gain < bestGain) consider(task, target, moved, 0, gain)
      for (let taken = 1; taken <= most; taken++) {
        const end = lastTaken[taken]!
        gain =
          without + toFollower + cost[lastRow + place[next[end]!]!]! + cost[row[end]! + place[beyond]!]! - arc[end]!
        if (gain < bestGain) consider(task, target, moved, taken, gain)
      }
    }
  }

  function listTaken(target: number): number {
    let count = 0
    for (let node = next[target]!; count < LONGEST && node < taskCount; node = next[node]!) lastTaken[++count] = node
    return count
  }

  /** A move of strings, its travel and the penalties it ends known: adds the penalties that come. */
  function consider(task: number, target: number, moved: number, taken: number, travel: number) {
    let gain = travel
    follow(target, task, moved)
    const after = taken === 0 ? next[target]! : next[lastTaken[taken]!]!
    const beyond = next[from]!
    const lateHere = arrive(after)
    const received = amount
    follow(previous[task]!, next[target]!, taken)
    const lateThere = arrive(beyond)
    gain += plan.penaltyOf(lateHere, load[route[target]!]! + received - amount)
    if (gain >= bestGain) return
    gain += plan.penaltyOf(lateThere, load[route[task]!]! - received + amount)
    if (gain >= bestGain) return
    bestGain = gain
    bestMoved = moved
    bestTaken = taken
  }

  /** Goes from a node, where its route is as it was, along a string. */
  function follow(node: number, first: number, length: number) {
    from = node
    time = begin[node]! + stay[node]!
    lateness = lateBefore[node]!
    amount = 0
    for (let count = 0, to = first; count < length; count++, to = next[to]!) {
      time += seconds[row[from]! + to]!
      if (time < open[to]!) time = open[to]!
      else if (time > close[to]!) {
        lateness += time - close[to]!
        time = close[to]!
      }
      time += stay[to]!
      amount += demand[to]!
      from = to
    }
  }

  /** How late the route is when it goes on with a node and what follows that. */
  function arrive(node: number): number {
    const over = time + seconds[row[from]! + place[node]!]! - latest[node]!
    return lateness + lateAfter[node]! + Math.max(over, 0)
  }

  function exchangeEnds(task: number, target: number) {
    const [one, other] = [route[target]!, route[task]!]
    const ahead = previous[task]!
    const after = next[target]!
    const [endOfOne, endOfOther] = [firstEnd + one, firstEnd + other]
    const lastOfOne = previous[endOfOne]!
    plan.link(previous[endOfOther]!, endOfOne)
    plan.link(target, task)
    plan.link(ahead, after === endOfOne ? endOfOther : after)
    if (after !== endOfOne) plan.link(lastOfOne, endOfOther)
    plan.update(one)
    plan.update(other)
  }

  function exchangeStrings(task: number, target: number) {
    const [one, other] = [route[target]!, route[task]!]
    const ahead = previous[task]!
    const follower = next[target]!
    let last = task
    for (let count = 1; count < bestMoved; count++) last = next[last]!
    const beyond = next[last]!
    const end = lastTaken[bestTaken]!
    plan.link(last, bestTaken === 0 ? follower : next[end]!)
    plan.link(target, task)
    plan.link(ahead, bestTaken === 0 ? beyond : follower)
    if (bestTaken > 0) plan.link(end, beyond)
    plan.update(one)
    plan.update(other)
  }
}
