import type { Violation } from './check.ts'
import { checkBreaks, checkLimits, checkLoad, checkOrder } from './check-rules.ts'
import type { Matrices, Point, Problem, TimeWindow, Vehicle, Visit } from './problem.ts'
import type { Route, Step } from './solution.ts'
import { straightLineMatrix } from './straight-line-matrix.ts'

const TOLERANCE = 1e-4

/** A stop of a route with what the problem says of it. */
export interface CheckedStop {
  step: Step
  visit: Visit
  delivery: number[]
  pickup: number[]
  amount: number[]
  skills: number[]
}

/** Puts a violation on record. */
export type Blame = (cause: Violation['cause'], detail: string) => void

/** All rules of one route. */
export function checkRoute(problem: Problem, vehicle: Vehicle, route: Route): Violation[] {
  const violations: Violation[] = []
  const blame: Blame = (cause, detail) => violations.push({ cause, vehicle: vehicle.id, detail })
  const stops = stopsOf(problem, route)
  checkTravel(problem, vehicle, route, blame)
  checkTimes(vehicle, route, stops, blame)
  checkBreaks(vehicle, route, blame)
  checkOrder(problem, vehicle, stops, blame)
  checkLoad(vehicle, route, stops, blame)
  checkLimits(vehicle, route, stops, blame)
  return violations
}

/** Whether two figures are the same but for rounding. */
export function isSame(one: number, other: number): boolean {
  return Math.abs(one - other) <= TOLERANCE * Math.max(1, Math.abs(other) / 1e4)
}

/** Whether a moment is in one of the windows; any moment is when there are none. */
export function isWithin(windows: TimeWindow[] | undefined, time: number): boolean {
  return !windows?.length || windows.some(([start, end]) => time >= start - TOLERANCE && time <= end + TOLERANCE)
}

function stopsOf({ jobs = [], shipments = [] }: Problem, { steps }: Route): CheckedStop[] {
  return steps.flatMap((step): CheckedStop[] => {
    const nothing = { delivery: [], pickup: [], amount: [], skills: [] }
    const job = step.type === 'job' && jobs.find(({ id }) => id === step.id)
    if (job) return [{ ...nothing, step, visit: job, ...definedOf(job) }]
    const end = step.type
    if (end !== 'pickup' && end !== 'delivery') return []
    const shipment = shipments.find((each) => each[end].id === step.id)
    if (!shipment) return []
    const { amount = [], skills = [] } = shipment
    return [
      { ...nothing, step, visit: shipment[end], skills, amount: end === 'pickup' ? amount : amount.map((x) => -x) },
    ]
  })
}

function definedOf({
  delivery = [],
  pickup = [],
  skills = [],
}: {
  delivery?: number[]
  pickup?: number[]
  skills?: number[]
}) {
  return { delivery, pickup, skills }
}

/** The places are those of the problem, the travel between them is that of the matrices, the cost follows from it. */
function checkTravel(problem: Problem, vehicle: Vehicle, route: Route, blame: Blame) {
  const ends = route.steps.filter(({ type }) => type !== 'break')
  const { costs: { fixed = 0, per_hour = 3600, per_km = 0 } = {} } = vehicle
  let cost = fixed
  for (const [index, step] of ends.entries()) {
    checkPlace(problem, vehicle, step, blame)
    const before = ends[index - 1]
    if (!before) continue
    const travel = travelBetween(problem, vehicle, before, step)
    cost += travel.cost ?? (travel.seconds * per_hour) / 3600 + (travel.metres * per_km) / 1000
    if (!isSame(step.duration - before.duration, travel.seconds))
      blame(
        'travel',
        `To ${step.type} ${step.id ?? ''} it takes ${travel.seconds} s, not ${step.duration - before.duration}.`,
      )
    if (!isSame(step.distance - before.distance, travel.metres))
      blame(
        'travel',
        `To ${step.type} ${step.id ?? ''} it is ${travel.metres} m, not ${step.distance - before.distance}.`,
      )
  }
  const last = ends.at(-1)
  if (!isSame(route.cost, cost)) blame('cost', `The route costs ${cost}, not ${route.cost}.`)
  if (last && !(isSame(route.duration, last.duration) && isSame(route.distance, last.distance)))
    blame('travel', 'The travel of the route is not that of its steps.')
  for (const type of ['start', 'end'] as const) {
    const isGiven = vehicle[type] !== undefined || vehicle[`${type}_index`] !== undefined
    const step = type === 'start' ? route.steps[0] : route.steps.at(-1)
    if (isGiven !== (step?.type === type)) blame('location', `The route has no ${type}, or one that is not asked for.`)
  }
}

function checkPlace({ jobs = [], shipments = [] }: Problem, vehicle: Vehicle, step: Step, blame: Blame) {
  const { type, id } = step
  const visit =
    type === 'job'
      ? jobs.find((job) => job.id === id)
      : type === 'pickup' || type === 'delivery'
        ? shipments.map((shipment) => shipment[type]).find((each) => each.id === id)
        : type === 'start'
          ? { location: vehicle.start, location_index: vehicle.start_index }
          : { location: vehicle.end, location_index: vehicle.end_index }
  if (!visit) return
  if (String(visit.location) !== String(step.location) || visit.location_index !== step.location_index)
    blame('location', `${type} ${id ?? ''} is at another place in the problem.`)
}

function travelBetween({ matrices }: Problem, vehicle: Vehicle, from: Step, to: Step) {
  const { profile = 'car', speed_factor = 1 } = vehicle
  if (!matrices) {
    const points = [from.location, to.location].filter((point): point is Point => point !== undefined)
    const { durations, distances } = straightLineMatrix(points)
    return { seconds: (durations[0]?.[1] ?? 0) / speed_factor, metres: distances[0]?.[1] ?? 0, cost: undefined }
  }
  const given: Matrices = matrices[profile] ?? {}
  const cell = (matrix?: number[][]) => matrix?.[from.location_index ?? -1]?.[to.location_index ?? -1]
  return {
    seconds: (cell(given.durations) ?? Infinity) / speed_factor,
    metres: cell(given.distances) ?? 0,
    cost: cell(given.costs),
  }
}

/** Each step begins when the one before and the way allow, within its windows; the shift holds them all. */
function checkTimes(vehicle: Vehicle, { steps, ...route }: Route, stops: CheckedStop[], blame: Blame) {
  let before: Step | undefined
  for (const step of steps) {
    if (step.waiting_time < -TOLERANCE)
      blame('timing', `The waiting time at ${step.type} ${step.id ?? ''} is negative.`)
    if (before) {
      const left = before.arrival + before.waiting_time + before.setup + before.service
      const way = step.duration - before.duration
      if (way < -TOLERANCE || !isSame(step.arrival, left + way))
        blame('timing', `Arrival at ${step.type} ${step.id ?? ''} is not ${left + way}, when the way there ends.`)
    }
    before = step
  }
  for (const [index, { step, visit }] of stops.entries()) {
    const begin = step.arrival + step.waiting_time
    if (!isWithin(visit.time_windows, begin))
      blame('time_window', `${step.type} ${step.id} begins outside its windows.`)
    const previous = stops[index - 1]?.step ?? steps.find(({ type }) => type === 'start')
    const setup = previous && isSamePlace(previous, step) ? 0 : (visit.setup ?? 0)
    if (!isSame(step.setup, setup) || !isSame(step.service, visit.service ?? 0))
      blame('timing', `The service at ${step.type} ${step.id} is not as long as the problem says.`)
  }
  const [first, last] = [steps[0], steps.at(-1)]
  const [start, end] = vehicle.time_window ?? [0, Number.POSITIVE_INFINITY]
  if (first && first.arrival < start - TOLERANCE) blame('shift', 'The route begins before the shift.')
  if (last && last.arrival + last.waiting_time + last.setup + last.service > end + TOLERANCE)
    blame('shift', 'The route ends after the shift.')
  for (const name of ['service', 'setup', 'waiting_time'] as const) {
    if (
      !isSame(
        route[name],
        steps.reduce((sum, step) => sum + step[name], 0),
      )
    )
      blame('summary', `The ${name} of the route is not that of its steps.`)
  }
}

function isSamePlace(one: Step, other: Step): boolean {
  return one.location_index !== undefined || other.location_index !== undefined
    ? one.location_index === other.location_index
    : String(one.location) === String(other.location)
}
