import { createPricing, keepIfBest } from './pricing.ts'
import { reduceFleet } from './reduce-fleet.ts'
import { CLOCK_INTERVAL, meanArc, returnToBest, type SearchState } from './state.ts'

/** Temperatures at the start and at the end, as parts of the mean cost of an arc. */
const HOT = 2
const COLD = 0.02

/** Part of the annealing after which only plans are accepted that leave out no more than the best. */
const STRICT_FROM = 0.75

/** Part until which a plan that leaves out more is completed, before the best one is returned to. */
const COMPLETE_UNTIL = 0.85

/** Ruins and recreates until a part of the budget is used, accepting worse plans less and less. */
export function anneal(state: SearchState, mostVehicles: number, end: number) {
  const { evaluation, budget, random, ruin, recreate } = state
  const begin = budget.used(state.iterations)
  const arc = meanArc(state)
  const pricing = createPricing(state)
  let isStrict = false
  let temperature = HOT * arc
  for (;;) {
    if (state.iterations % CLOCK_INTERVAL === 0) {
      const used = budget.used(state.iterations)
      if (used >= end) return
      const progress = (used - begin) / (end - begin)
      temperature = HOT * arc * (COLD / HOT) ** progress
      if (progress >= STRICT_FROM && !isStrict) {
        isStrict = true
        pricing.makeStrict()
        complete(state, mostVehicles, begin + COMPLETE_UNTIL * (end - begin))
      }
      budget.report(state.best, state.iterations)
    }
    state.iterations++
    const limit = pricing.priced() - temperature * Math.log(random.next())
    ruin()
    recreate(mostVehicles, false)
    if (pricing.priced() < limit) {
      evaluation.commit()
      keepIfBest(state)
    } else evaluation.rollback()
    pricing.follow()
  }
}

/** Serves what the plan leaves out more than the best one; when that takes too long, continues from the best. */
function complete(state: SearchState, mostVehicles: number, end: number) {
  const { plan, best } = state
  if (plan.penalty <= best.penalty) return
  reduceFleet(state, { mostVehicles, penalty: best.penalty, wantsFewer: false, end })
  if (plan.penalty > best.penalty) returnToBest(state)
}
