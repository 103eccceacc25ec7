// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import { ProblemError } from '../problem.ts'
import type { Model } from './model.ts'
import { brokenRules } from './rules.ts'

/** @throws {ProblemError} when a locked prefix breaks a rule or splits a shipment */
export function rejectImpossibleLocks(model: Model) {
  for (const [vehicle, tasks] of model.locked.entries()) {
    const { id } = model.vehicles[vehicle]!
    for (const [position, task] of tasks.entries()) {
      const { type, visit, partner } = model.tasks[task]!
      if (model.suits[vehicle * model.taskCount + task] === 0)
        throw new ProblemError(`Vehicle ${id} lacks skills for its locked ${type} ${visit.id}.`)
      const other = tasks.indexOf(partner)
      if (partner >= 0 && (other < 0 || (type === 'pickup') !== position < other))
        throw new ProblemError(
          `The steps of vehicle ${id} must have the pickup of ${type} ${visit.id}, then its delivery.`,
        )
    }
    const [rule] = tasks.length > 0 ? brokenRules(model, { vehicle, tasks }) : []
    if (rule) throw new ProblemError(`The locked steps of vehicle ${id} cannot be done: ${rule}.`)
  }
}
