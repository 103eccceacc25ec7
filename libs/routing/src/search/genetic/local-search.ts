// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from '../../model/model.ts'
import type { NeighbourLists } from '../neighbours.ts'
import { NONE } from '../plan.ts'
import type { Random } from '../random.ts'
import { createMovesBetween } from './moves-between.ts'
import { createMovesWithin } from './moves-within.ts'
import type { RelaxedPlan } from './relaxed-plan.ts'

/**
 * Improves the touched routes of a relaxed plan until no move helps. Every move puts a task behind one of its best
 * predecessors, in the same route or in another one.
 */
export function createLocalSearch(model: Model, plan: RelaxedPlan, before: NeighbourLists, random: Random): () => void {
  const { taskCount } = model
  const { next, previous, route, fleet, firstEnd, touched } = plan
  const tryBetween = createMovesBetween(model, plan)
  const tryWithin = createMovesWithin(model, plan)
  const order = Int32Array.from({ length: taskCount }, (_, task) => task)
  /** Number of the last change when a task was tested, and of the last change of each route. */
  const testedAt = new Int32Array(taskCount)
  const changedAt = new Int32Array(fleet)
  let changes = 0

  return () => {
    testedAt.fill(-1)
    for (let vehicle = 0; vehicle < fleet; vehicle++) changedAt[vehicle] = touched[vehicle]! - 1
    changes = 0
    let isImproved = true
    while (isImproved) {
      isImproved = false
      shuffle()
      for (let index = 0; index < taskCount; index++) {
        if (improve(order[index]!)) isImproved = true
      }
    }
    touched.fill(0)
  }

  function improve(task: number): boolean {
    const lastTested = testedAt[task]!
    testedAt[task] = changes
    const row = task * before.width
    let isImproved = false
    for (let at = row; at < row + before.width; at++) {
      const target = before.tasks[at]!
      if (target === NONE) break
      if (changedAt[route[task]!]! <= lastTested && changedAt[route[target]!]! <= lastTested) continue
      if (tryBehind(task, target)) isImproved = true
      const start = previous[target]!
      if (start >= taskCount && tryBehind(task, start)) isImproved = true
    }
    if (changedAt[route[task]!]! <= lastTested) return isImproved
    const unused = unusedStart()
    return (unused !== NONE && tryBehind(task, unused)) || isImproved
  }

  function tryBehind(task: number, target: number): boolean {
    if (previous[task] === target || task === target) return false
    const [one, other] = [route[target]!, route[task]!]
    if (!(one === other ? tryWithin(task, target) : tryBetween(task, target))) return false
    changedAt[one] = ++changes
    changedAt[other] = changes
    return true
  }

  function unusedStart(): number {
    for (let vehicle = 0; vehicle < fleet; vehicle++) {
      if (next[taskCount + vehicle] === firstEnd + vehicle) return taskCount + vehicle
    }
    return NONE
  }

  function shuffle() {
    for (let index = taskCount - 1; index > 0; index--) {
      const other = random.below(index + 1)
      const task = order[index]!
      order[index] = order[other]!
      order[other] = task
    }
  }
}
