import type { Model } from '../model/model.ts'
import type { Evaluation } from './evaluation.ts'
import { type Plan, restore, type Snapshot } from './plan.ts'
import type { Random } from './random.ts'

/** What the search is told while it runs. */
export interface Budget {
  /** Part of the budget used so far; the search ends at 1. */
  used(iterations: number): number
  /** Called now and then with the best so far. */
  report(best: Snapshot, iterations: number): void
}

/** Everything the phases of a search share. */
export interface SearchState {
  model: Model
  plan: Plan
  evaluation: Evaluation
  random: Random
  budget: Budget
  ruin: () => void
  recreate: (mostVehicles: number, all: boolean) => void
  /** The best plan so far, with its cost as the problem states it. */
  best: Snapshot
  iterations: number
}

/** Iterations between two looks at the clock. */
export const CLOCK_INTERVAL = 16

/** Continues from the best plan. */
export function returnToBest({ model, plan, evaluation, best }: SearchState) {
  restore(plan, best, model)
  evaluation.refresh()
}

/** What the vehicles in use cost, beside the travel, as the search sees it. */
export function costOfVehicles({ size, vehicleCost }: Plan): number {
  return vehicleCost.reduce((sum, cost, vehicle) => (size[vehicle] === 0 ? sum : sum + cost), 0)
}

/** Cost of travel an arc. */
export function meanArc({ plan, model }: SearchState): number {
  return (plan.cost - costOfVehicles(plan)) / Math.max(1, model.taskCount - plan.absentCount + plan.used)
}
