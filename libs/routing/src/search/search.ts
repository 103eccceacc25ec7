import type { Model } from '../model/model.ts'
import { anneal } from './anneal.ts'
import type { Evaluation } from './evaluation.ts'
import { createGeneralEvaluation } from './general.ts'
import { recombine } from './genetic/genetic.ts'
import { nearbyTasks, predecessors, successors } from './neighbours.ts'
import { createPlan, createSnapshot, type Plan, type Snapshot } from './plan.ts'
import { keepIfBest } from './pricing.ts'
import { createRandom, type Random } from './random.ts'
import { createRecreate } from './recreate.ts'
import { reduceFleet } from './reduce-fleet.ts'
import { createRuin } from './ruin.ts'
import { type Budget, costOfVehicles, returnToBest, type SearchState } from './state.ts'
import { createVrptwEvaluation } from './vrptw.ts'

/** Parts of the budget after which the phases of a search for the smallest fleet end. */
const FREE_UNTIL = 0.1
const FLEET_UNTIL = 0.4

/** Annealings one after the other where the fleet is tight: each may end in a good plan or not. */
const CYCLES = 3

/** Places considered first for a task: behind and before so many others. */
const GRANULARITY = 40

/** Tasks whose routes a ruin may touch. */
const NEARBY = 200

/** Up to so many tasks recombination is better than annealing. */
const RECOMBINED_UP_TO = 200

/** Vehicles beyond those in use that recombination may use, where routes cost more than vehicles. */
const SPARE_VEHICLES = 2

/** A place is hidden by a blink this often in a row only once in a hundred million times. */
const LAST_ROUNDS = 4

/**
 * Searches until the budget is used and returns the best plan found: fewest penalties first, then cost. Where vehicles
 * cost more than their routes, a smaller fleet is looked for before shorter routes.
 */
export function search(model: Model, seed: number, budget: Budget): { best: Snapshot; iterations: number } {
  const state = begin(model, seed, budget)
  const { plan, best } = state
  if (!model.isLocked.includes(0)) return { best, iterations: 0 }
  const wantsFewer = wantsFewerVehicles(plan)
  if (wantsFewer) annealWithFreeVehicles(state)
  else if (canRecombine(model)) anneal(state, model.vehicleCount, FREE_UNTIL)
  if (wantsFewer || plan.absentCount > 0) {
    reduceFleet(state, { mostVehicles: model.vehicleCount, penalty: 0, wantsFewer, end: FLEET_UNTIL })
  }
  if (canRecombine(model) && best.absentCount === 0 && best.used > 1) {
    recombine(state, goalOf(model, best, wantsFewer))
    return { best, iterations: state.iterations }
  }
  annealInCycles(state, wantsFewer ? best.used : model.vehicleCount, wantsFewer ? CYCLES : 1)
  returnToBest(state)
  for (let round = 0; round < LAST_ROUNDS && plan.absentCount > 0; round++) state.recreate(model.vehicleCount, true)
  keepIfBest(state)
  return { best, iterations: state.iterations }
}

function annealInCycles(state: SearchState, mostVehicles: number, cycles: number) {
  const begin = state.budget.used(state.iterations)
  for (let cycle = 1; cycle <= cycles; cycle++) {
    returnToBest(state)
    anneal(state, mostVehicles, begin + ((1 - begin) * cycle) / cycles)
  }
}

/** Short routes are good ground for fewer of them. */
function annealWithFreeVehicles(state: SearchState) {
  const { model, plan, evaluation } = state
  plan.vehicleCost.fill(0)
  evaluation.refresh()
  anneal(state, model.vehicleCount, FREE_UNTIL)
  plan.vehicleCost.set(model.fixedCost)
  evaluation.refresh()
}

function begin(model: Model, seed: number, budget: Budget): SearchState {
  const random = createRandom(seed)
  const plan = createPlan(model)
  const evaluation = createEvaluation(model, plan, random)
  const ruin = createRuin(model, plan, evaluation, nearbyTasks(model, NEARBY), random)
  const recreate = createRecreate(model, plan, evaluation, random)
  recreate(model.vehicleCount, true)
  evaluation.commit()
  return { model, plan, evaluation, random, budget, ruin, recreate, best: createSnapshot(plan), iterations: 0 }
}

function createEvaluation(model: Model, plan: Plan, random: Random): Evaluation {
  if (!model.simple) return createGeneralEvaluation(model, plan, random)
  const lists = { after: predecessors(model, GRANULARITY), before: successors(model, GRANULARITY) }
  return createVrptwEvaluation(model, plan, lists, random)
}

/** Recombination is for small days of equal vehicles, and knows only what the fast evaluation knows. */
function canRecombine({ simple, taskCount, kind, isLocked, place, placeCount, vehicleCount, classes }: Model): boolean {
  if (!simple || taskCount > RECOMBINED_UP_TO || kind.some((each) => each !== kind[0]) || isLocked.includes(1))
    return false
  const [travel] = classes
  const fromStartToEnd = (place[taskCount] ?? 0) * placeCount + (place[taskCount + vehicleCount] ?? 0)
  return (
    travel?.cost[fromStartToEnd] === 0 && travel.cost.every(Number.isFinite) && travel.seconds.every(Number.isFinite)
  )
}

function goalOf({ vehicleCount, fixedCost }: Model, { used }: Snapshot, wantsFewer: boolean) {
  if (wantsFewer) return { fleet: used, openingCost: 0, end: 1 }
  return { fleet: Math.min(vehicleCount, used + SPARE_VEHICLES), openingCost: fixedCost[0] ?? 0, end: 1 }
}

/** Fewer vehicles pay when they cost more than their routes. */
function wantsFewerVehicles(plan: Plan): boolean {
  const vehicles = costOfVehicles(plan)
  return vehicles > plan.cost - vehicles
}
