// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import { nearbyTasks, predecessors } from '../neighbours.ts'
import { restore, type Snapshot, tasksOfRoute } from '../plan.ts'
import { keepIfBest } from '../pricing.ts'
import { meanArc, type SearchState } from '../state.ts'
import { createLocalSearch } from './local-search.ts'
import { createPopulation } from './population.ts'
import { createInsertion, createRecombination } from './recombine.ts'
import { createRelaxedPlan, EPSILON, type Prices } from './relaxed-plan.ts'
import { isFeasible, snapshotOf, TOLERANCE, type Tours } from './tours.ts'

/** Predecessors of a task that the local search considers. */
const GRANULARITY = 20

/** Plans to begin with. */
const FOUNDERS = 40

/** Children in a row no better than the best of their population, after which another one is founded. */
const PATIENCE = 1000

/** Children between two changes of the prices, and the part of them that should break no rule. */
const INTERVAL = 25
const WANTED_FEASIBLE = 0.3
const DEARER = 1.25
const CHEAPER = 0.85

/** Prices stay within so many times those at the beginning, up and down. */
const RANGE = 1000

/** How often a child that breaks a rule is repaired at prices that many times higher. */
const REPAIR_RATE = 0.5
const REPAIR_FACTOR = 10

/** Iterations of the search that one child counts for. */
const ITERATIONS_A_CHILD = 50

/** The plans that are wanted, and until which part of the budget is used. */
interface Goal {
  /** Vehicles the plans have at most, and what using one more costs. */
  fleet: number
  openingCost: number
  end: number
}

/**
 * Recombines plans of a given fleet until the budget is used: local search over plans that may be late and too full
 * at a price reaches good plans between which no way exists that breaks no rule, which small fleets need.
 */
export function recombine(state: SearchState, { fleet, openingCost, end }: Goal) {
  const { model, random, budget, best } = state
  const plan = createRelaxedPlan(model, fleet, openingCost)
  const improve = createLocalSearch(model, plan, predecessors(model, GRANULARITY), random)
  const beget = createRecombination(model, plan, nearbyTasks(model, model.taskCount), random)
  const insert = createInsertion(model, plan)
  const population = createPopulation(plan.prices, random)
  const arc = meanArc(state)
  const initial: Prices = { lateness: 1, overload: arc / 5 }
  Object.assign(plan.prices, initial)
  let inVain = 0
  let leastCost = Number.POSITIVE_INFINITY
  let recent = 0
  let punctual = 0
  let fitting = 0

  population.add(toursOf(best))
  while (!isOver()) {
    found()
    while (!isOver() && inVain < PATIENCE) {
      beget(...population.choose())
      educate()
    }
    population.clear()
  }

  function found() {
    inVain = 0
    leastCost = Number.POSITIVE_INFINITY
    for (let founder = 0; founder < FOUNDERS && !isOver(); founder++) {
      plan.take([])
      for (const task of randomOrder()) insert(task)
      educate()
    }
  }

  function isOver(): boolean {
    budget.report(best, state.iterations)
    return budget.used(state.iterations) >= end
  }

  function educate() {
    state.iterations += ITERATIONS_A_CHILD
    inVain++
    improve()
    let tours = plan.tours()
    follow(tours)
    keep(tours)
    if (isFeasible(tours) || random.next() >= REPAIR_RATE) return
    const { lateness, overload } = plan.prices
    plan.prices.lateness *= REPAIR_FACTOR
    plan.prices.overload *= REPAIR_FACTOR
    plan.touched.fill(1)
    improve()
    plan.prices.lateness = lateness
    plan.prices.overload = overload
    tours = plan.tours()
    if (isFeasible(tours)) keep(tours)
  }

  function keep(tours: Tours) {
    population.add(tours)
    if (!isFeasible(tours)) return
    if (tours.cost < leastCost - EPSILON) {
      leastCost = tours.cost
      inVain = 0
    }
    const cost = tours.cost + tours.routes.length * (model.fixedCost[0]! - openingCost)
    if (cost < best.cost - EPSILON) adopt(tours)
  }

  function adopt(tours: Tours) {
    restore(state.plan, snapshotOf(tours, model), model)
    state.evaluation.refresh()
    keepIfBest(state)
  }

  /** Prices follow the part of the children that keep the rules. */
  function follow({ lateness, overload }: Tours) {
    punctual += Number(lateness < TOLERANCE)
    fitting += Number(overload < TOLERANCE)
    if (++recent < INTERVAL) return
    plan.prices.lateness = adapted(plan.prices.lateness, initial.lateness, punctual)
    plan.prices.overload = adapted(plan.prices.overload, initial.overload, fitting)
    recent = 0
    punctual = 0
    fitting = 0
  }

  function toursOf({ next }: Snapshot): Tours {
    const routes = Array.from({ length: model.vehicleCount }, (_, vehicle) => tasksOfRoute(next, vehicle, model))
    plan.take(routes.filter(({ length }) => length > 0))
    return plan.tours()
  }

  function randomOrder(): number[] {
    const keys = Float64Array.from({ length: model.taskCount }, () => random.next())
    return [...keys.keys()].sort((a, b) => keys[a]! - keys[b]!)
  }
}

function adapted(price: number, initial: number, kept: number): number {
  const wanted = price * (kept < WANTED_FEASIBLE * INTERVAL ? DEARER : CHEAPER)
  return Math.min(initial * RANGE, Math.max(initial / RANGE, wanted))
}
