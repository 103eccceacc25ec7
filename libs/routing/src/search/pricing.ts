// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import { record } from './plan.ts'
import { meanArc, type SearchState } from './state.ts'

/** How fast the price follows the share of plans that leave out too much, and what share is wanted. */
const STEP = 1.1
const SHARE = 0.2

/** Rounds between two changes of the price. */
const INTERVAL = 128

/** Bounds of the price of a task without priority, in mean arcs. */
const LEAST = 1
const MOST = 50

/**
 * What leaving out tasks costs during a search. Where the fleet is just large enough, plans that leave out a task for
 * a while are bridges between good plans; the price keeps most plans as complete as the best one.
 */
export interface Pricing {
  /** The cost of the plan, with what it leaves out more than the best. */
  priced(): number
  /** Counts a round, and changes the price now and then. */
  follow(): void
  /** From now on no plan is accepted that leaves out more. */
  makeStrict(): void
}

export function createPricing(state: SearchState): Pricing {
  const { plan, best } = state
  const arc = meanArc(state)
  let price = 5 * arc
  let isStrict = false
  let rounds = 0
  let incomplete = 0
  return {
    priced: () => plan.cost + (plan.penalty === best.penalty ? 0 : price * (plan.penalty - best.penalty)),
    follow,
    makeStrict() {
      isStrict = true
      price = Number.MAX_SAFE_INTEGER
    },
  }

  function follow() {
    if (isStrict) return
    if (plan.penalty > best.penalty) incomplete++
    if (++rounds < INTERVAL) return
    price = incomplete > SHARE * INTERVAL ? Math.min(MOST * arc, price * STEP) : Math.max(LEAST * arc, price / STEP)
    rounds = 0
    incomplete = 0
  }
}

/** Keeps the plan when it is the best: fewest penalties first, then cost as the problem states it. */
export function keepIfBest({ model, plan, best }: SearchState) {
  if (plan.penalty > best.penalty) return
  if (plan.penalty === best.penalty && plan.cost >= best.cost) return
  let cost = plan.cost
  for (let vehicle = 0; vehicle < model.vehicleCount; vehicle++) {
    if (plan.size[vehicle]! > 0) cost += model.fixedCost[vehicle]! - plan.vehicleCost[vehicle]!
  }
  if (plan.penalty === best.penalty && cost >= best.cost - 1e-9 * Math.abs(best.cost)) return
  record(plan, best)
  best.cost = cost
}
