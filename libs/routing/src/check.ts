import { checkRoute } from './check-route.ts'
import type { Problem } from './problem.ts'
import type { Solution } from './solution.ts'

/** A rule that a solution breaks. */
export interface Violation {
  cause:
    | 'capacity'
    | 'skills'
    | 'time_window'
    | 'shift'
    | 'break'
    | 'timing'
    | 'travel'
    | 'location'
    | 'precedence'
    | 'locked_prefix'
    | 'max_tasks'
    | 'max_travel_time'
    | 'max_distance'
    | 'assignment'
    | 'cost'
    | 'summary'
  vehicle?: number
  /** A sentence that names the stop. */
  detail: string
}

const TOLERANCE = 1e-4

/**
 * Every rule checked from the problem alone: nothing of the solver is used here. Empty when the solution is valid.
 */
export function check(problem: Problem, solution: Solution): Violation[] {
  return [
    ...checkAssignment(problem, solution),
    ...checkVehicles(problem, solution),
    ...solution.routes.flatMap((route) => {
      const vehicle = problem.vehicles.find(({ id }) => id === route.vehicle)
      return vehicle ? checkRoute(problem, vehicle, route) : []
    }),
    ...checkSummary(solution),
  ]
}

/** Every task is served once or listed as unassigned, never both, and no other task appears. */
function checkAssignment({ jobs = [], shipments = [] }: Problem, { routes, unassigned }: Solution): Violation[] {
  const wanted = [
    ...jobs.map(({ id }) => `job ${id}`),
    ...shipments.flatMap(({ pickup, delivery }) => [`pickup ${pickup.id}`, `delivery ${delivery.id}`]),
  ]
  const counts = new Map(wanted.map((task) => [task, 0]))
  const served = routes.flatMap(({ steps }) => steps.filter(({ type }) => ['job', 'pickup', 'delivery'].includes(type)))
  const violations: Violation[] = []
  for (const { type, id } of [...served, ...unassigned]) {
    const count = counts.get(`${type} ${id}`)
    if (count === undefined) violations.push({ cause: 'assignment', detail: `There is no ${type} ${id}.` })
    else counts.set(`${type} ${id}`, count + 1)
  }
  for (const [task, count] of counts) {
    if (count !== 1) violations.push({ cause: 'assignment', detail: `The ${task} appears ${count} times.` })
  }
  return violations
}

/** Each vehicle exists and has one route at most; one with locked tasks has one. */
function checkVehicles({ vehicles }: Problem, { routes }: Solution): Violation[] {
  const violations: Violation[] = []
  for (const { vehicle } of routes) {
    if (!vehicles.some(({ id }) => id === vehicle))
      violations.push({ cause: 'assignment', vehicle, detail: `There is no vehicle ${vehicle}.` })
  }
  for (const { id, steps = [] } of vehicles) {
    const count = routes.filter(({ vehicle }) => vehicle === id).length
    if (count > 1) violations.push({ cause: 'assignment', vehicle: id, detail: `Vehicle ${id} has ${count} routes.` })
    if (count === 0 && steps.some(({ type }) => ['job', 'pickup', 'delivery'].includes(type)))
      violations.push({ cause: 'locked_prefix', vehicle: id, detail: `Vehicle ${id} lost its locked stops.` })
  }
  return violations
}

/** The totals are those of the routes. */
function checkSummary({ summary, routes, unassigned }: Solution): Violation[] {
  const violations: Violation[] = []
  const expect = (name: string, said: number, counted: number) => {
    if (Math.abs(said - counted) <= TOLERANCE * Math.max(1, Math.abs(counted))) return
    violations.push({ cause: 'summary', detail: `The summary says ${name} ${said}, the routes ${counted}.` })
  }
  expect('routes', summary.routes, routes.length)
  expect('unassigned', summary.unassigned, unassigned.length)
  for (const name of ['cost', 'distance', 'duration', 'setup', 'service', 'waiting_time', 'priority'] as const) {
    expect(
      name,
      summary[name],
      routes.reduce((sum, route) => sum + route[name], 0),
    )
  }
  return violations
}
