import { type Blame, type CheckedStop, isSame, isWithin } from './check-route.ts'
import type { Problem, Vehicle } from './problem.ts'
import type { Route } from './solution.ts'

/** Every break of the vehicle is taken once, in its windows, for as long as it lasts. */
export function checkBreaks({ breaks = [] }: Vehicle, { steps }: Route, blame: Blame) {
  const taken = steps.filter(({ type }) => type === 'break')
  for (const { id, time_windows, service = 0 } of breaks) {
    const [step, ...more] = taken.filter((each) => each.id === id)
    if (!step || more.length > 0) blame('break', `Break ${id} is not taken exactly once.`)
    else if (!isWithin(time_windows, step.arrival + step.waiting_time))
      blame('break', `Break ${id} begins outside its windows.`)
    else if (!isSame(step.service, service)) blame('break', `Break ${id} does not last ${service} s.`)
  }
  if (taken.some(({ id }) => !breaks.some((each) => each.id === id)))
    blame('break', 'A break is not one of the vehicle.')
}

/** Pickups come before their deliveries on the same route; locked tasks come first, in their order. */
export function checkOrder({ shipments = [] }: Problem, vehicle: Vehicle, stops: CheckedStop[], blame: Blame) {
  const position = (type: string, id: number) => stops.findIndex(({ step }) => step.type === type && step.id === id)
  for (const { pickup, delivery } of shipments) {
    const [from, to] = [position('pickup', pickup.id), position('delivery', delivery.id)]
    if (from < 0 !== to < 0)
      blame('precedence', `Pickup ${pickup.id} and delivery ${delivery.id} are not on one route.`)
    else if (from > to) blame('precedence', `Delivery ${delivery.id} comes before its pickup.`)
  }
  const locked = (vehicle.steps ?? []).filter(({ type }) => ['job', 'pickup', 'delivery'].includes(type))
  for (const [index, { type, id }] of locked.entries()) {
    const { step } = stops[index] ?? {}
    if (step?.type !== type || step.id !== id)
      blame('locked_prefix', `The locked ${type} ${id} is not stop ${index + 1}.`)
  }
}

/** No amount on board is above the capacity at any time, and the steps say what is on board. */
export function checkLoad({ capacity }: Vehicle, { steps }: Route, stops: CheckedStop[], blame: Blame) {
  const dimensions = Math.max(0, ...steps.map(({ load }) => load.length))
  for (let at = 0; at < dimensions; at++) {
    let load = stops.reduce((sum, { delivery }) => sum + (delivery[at] ?? 0), 0)
    let most = load
    const said = steps[0]?.type === 'start' ? steps[0].load[at] : load
    if (!isSame(said ?? 0, load)) blame('capacity', `The load at the start is ${load}, not ${said}.`)
    for (const { step, delivery, pickup, amount } of stops) {
      load += (pickup[at] ?? 0) + (amount[at] ?? 0) - (delivery[at] ?? 0)
      most = Math.max(most, load)
      if (!isSame(step.load[at] ?? 0, load)) blame('capacity', `The load after ${step.type} ${step.id} is ${load}.`)
    }
    const limit = capacity ? (capacity[at] ?? 0) : Number.POSITIVE_INFINITY
    if (most > limit + 1e-6) blame('capacity', `${most} of amount ${at + 1} are on board, ${limit} fit.`)
  }
}

/** Skills, and the limits of a route as a whole. */
export function checkLimits(vehicle: Vehicle, route: Route, stops: CheckedStop[], blame: Blame) {
  const { skills = [], max_tasks, max_travel_time, max_distance } = vehicle
  for (const { step, skills: needed } of stops) {
    const missing = needed.filter((skill) => !skills.includes(skill))
    if (missing.length > 0) blame('skills', `${step.type} ${step.id} needs the skills ${missing.join(', ')}.`)
  }
  if (stops.length > (max_tasks ?? Number.POSITIVE_INFINITY))
    blame('max_tasks', `${stops.length} tasks, ${max_tasks} allowed.`)
  const [travel, distance] = [route.duration, route.distance]
  if (travel > (max_travel_time ?? Number.POSITIVE_INFINITY) + 1e-4) blame('max_travel_time', `${travel} s of travel.`)
  if (distance > (max_distance ?? Number.POSITIVE_INFINITY) + 1e-4) blame('max_distance', `${distance} m of travel.`)
}
