import type { Assignment, Progress } from './messages.ts'
import { assemble } from './model/assemble.ts'
import { rejectImpossibleLocks } from './model/locks.ts'
import { modelOf } from './model/model.ts'
import { unassignedOf } from './model/reasons.ts'
import { type Snapshot, tasksOfRoute } from './search/plan.ts'
import { search } from './search/search.ts'
import type { Budget } from './search/state.ts'
import type { Solution } from './solution.ts'

const REPORT_EVERY_MS = 250

/** Iterations a task after which a small problem is not worth more time. */
const ENOUGH_PER_TASK = 20_000

/**
 * Solves the problem in this thread, which it keeps busy until the budget is used.
 *
 * @throws {ProblemError} for a problem that cannot be understood, or whose locked steps break a rule
 */
export function solve(assignment: Assignment, onProgress: (progress: Progress) => void): Solution {
  const model = modelOf(assignment.problem)
  rejectImpossibleLocks(model)
  const { best } = search(model, assignment.seed, budgetOf(assignment, model.taskCount, onProgress))
  const routes = Array.from({ length: model.vehicleCount }, (_, vehicle) => tasksOfRoute(best.next, vehicle, model))
  return assemble(model, routes, unassignedOf(model, routes))
}

/** Iterations decide when they are limited, so that the same seed gives the same solution; else what ends first. */
function budgetOf(
  { timeBudgetMs, maxIterations, startedAt, stop }: Assignment,
  taskCount: number,
  onProgress: (progress: Progress) => void,
): Budget {
  let reportedMs = 0
  return {
    used(iterations) {
      const timeUsed = (Date.now() - startedAt) / timeBudgetMs
      if (timeUsed >= 1 || Atomics.load(stop, 0) !== 0) return 1
      if (maxIterations !== undefined) return iterations / maxIterations
      return Math.max(timeUsed, iterations / (ENOUGH_PER_TASK * taskCount))
    },
    report(best, iterations) {
      const elapsedMs = Date.now() - startedAt
      if (elapsedMs - reportedMs < REPORT_EVERY_MS) return
      reportedMs = elapsedMs
      onProgress({ elapsedMs, iterations, ...figuresOf(best) })
    },
  }
}

function figuresOf({ absentCount, used, cost }: Snapshot) {
  return { unassigned: absentCount, vehicles: used, cost }
}
