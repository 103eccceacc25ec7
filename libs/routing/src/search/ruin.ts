// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from '../model/model.ts'
import type { Evaluation } from './evaluation.ts'
import type { NeighbourLists } from './neighbours.ts'
import { NONE, type Plan } from './plan.ts'
import type { Random } from './random.ts'

/** Tasks taken out at a time, on average, and the most of one route: as published for SISR. */
const MEAN_REMOVED = 10
const LONGEST_STRING = 10
/** How often a string keeps some tasks in its middle, and how readily it keeps one more. */
const SPLIT_RATE = 0.5
const SPLIT_GROWTH = 0.01

/**
 * Takes adjacent strings of tasks out of routes that are near each other, so that the routes get slack at one place
 * (Christiaens and Vanden Berghe: slack induction by string removals).
 */
export function createRuin(
  model: Model,
  plan: Plan,
  evaluation: Evaluation,
  nearby: NeighbourLists,
  random: Random,
): () => void {
  const { next, previous, route, size, anchor } = plan
  const { taskCount, isLocked } = model
  const ruinedAt = new Int32Array(model.vehicleCount)
  const doomed = new Int32Array(LONGEST_STRING)
  let round = 0

  return () => {
    round++
    const longest = Math.min(LONGEST_STRING, Math.max(1, (taskCount - plan.absentCount) / Math.max(1, plan.used)))
    const mostStrings = (4 * MEAN_REMOVED) / (1 + longest) - 1
    let strings = Math.floor(random.next() * mostStrings + 1)
    const seed = random.below(taskCount) * nearby.width
    for (let at = seed; at < seed + nearby.width && strings > 0; at++) {
      const task = nearby.tasks[at]!
      if (task === NONE || route[task] === NONE || isLocked[task] || ruinedAt[route[task]!] === round) continue
      const vehicle = route[task]!
      ruinedAt[vehicle] = round
      strings--
      removeString(task, vehicle, Math.floor(random.next() * Math.min(size[vehicle]!, longest) + 1))
    }
  }

  /** A string of `length` tasks that contains `task`; half of the time some in the middle are kept. */
  function removeString(task: number, vehicle: number, length: number) {
    let kept = 0
    if (length > 1 && length < size[vehicle]! && random.next() < SPLIT_RATE) {
      kept = 1
      while (length + kept < size[vehicle]! && random.next() < SPLIT_GROWTH) kept++
    }
    const whole = length + kept
    const end = model.taskCount + model.vehicleCount + vehicle
    let before = 0
    for (let node = previous[task]!; node !== anchor[vehicle] && before < whole - 1; node = previous[node]!) before++
    let after = 0
    for (let node = next[task]!; node !== end && after < whole - 1; node = next[node]!) after++
    const least = Math.max(0, whole - 1 - after)
    const back = least + random.below(Math.max(1, Math.min(whole - 1, before) - least + 1))
    const keepFrom = kept === 0 ? whole : 1 + random.below(length - 1)
    let node = task
    for (let step = 0; step < back && previous[node] !== anchor[vehicle]; step++) node = previous[node]!
    let count = 0
    for (let position = 0; position < whole && node !== end; position++, node = next[node]!) {
      if (position < keepFrom || position >= keepFrom + kept) doomed[count++] = node
    }
    evaluation.remove(doomed, count)
  }
}
