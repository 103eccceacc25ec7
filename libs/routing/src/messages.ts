import type { Problem } from './problem.ts'
import type { Solution } from './solution.ts'

/** How far the search is. Cost in the problem's units. */
export interface Progress {
  elapsedMs: number
  iterations: number
  unassigned: number
  vehicles: number
  cost: number
}

/** What a worker is started with. */
export interface Assignment {
  problem: Problem
  seed: number
  timeBudgetMs: number
  maxIterations: number | undefined
  /** Milliseconds of the clock when the search was asked for. */
  startedAt: number
  /** One number, not zero once the search is to end. */
  stop: Int32Array
}

/** What a worker answers: progress now and then, then one of the others. */
export type Answer =
  | { type: 'progress'; progress: Progress }
  | { type: 'solution'; solution: Solution }
  | { type: 'problem_error'; message: string }
