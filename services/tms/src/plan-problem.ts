import type { Job, Problem, Vehicle as Rider, VehicleCosts } from '@backroom/routing'
import type { Crew } from './crew.ts'
import type { Objective, PlanProblem, PlanRequest, Unassigned } from './database-tables.ts'
import type { Coordinates } from './gazetteer.ts'
import type { HoursRule, HoursUsed } from './hours.ts'
import type { Waiting } from './plannable.ts'
import { matricesOf } from './travel.ts'

/** Where and from when a crew can take on work, and what it has on board already. */
export interface Rig extends Crew {
  start: Coordinates
  used: HoursUsed
  /** The route that this continues. */
  routeId?: string
  breakIsDue: boolean
}

/** Work for a rig alone: the goods are on its vehicle. */
export interface Visit extends Waiting {
  onlyFor?: string | undefined
  /** Goods that have to be fetched first; absent: they are loaded before the start. */
  fetchAt?: Coordinates | undefined
}

export interface PlanInput {
  depot: Coordinates
  rigs: readonly Rig[]
  visits: readonly Visit[]
  rule: HoursRule
  objective: Objective
  request: PlanRequest
  /** Zero of all times. */
  zero: Date
}

/** Key of the matrices. */
export const PROFILE = 'car'
/** More than any vehicle costs in a day, so that one fewer always pays. */
const VEHICLE_WEIGHT = 10_000_000
const EARLIEST_BREAK_S = 2 * 3_600

/** The problem in the solver's terms; what cannot be put into them is unassigned from the start. */
export function problemOf(input: PlanInput): { plan: PlanProblem; unassigned: Unassigned[] } {
  const { depot, rigs, zero } = input
  const located = input.visits.filter(({ shipment }) => shipment.latitude !== null)
  const places: Coordinates[] = [depot]
  const indexOf = (place: Coordinates) => {
    const known = places.findIndex(
      ({ latitude, longitude }) => latitude === place.latitude && longitude === place.longitude,
    )
    return known >= 0 ? known : places.push({ latitude: place.latitude, longitude: place.longitude }) - 1
  }
  const skills = numbering()
  const jobs = located.filter(({ fetchAt }) => !fetchAt).map((visit) => jobOf(visit, located.indexOf(visit) + 1))
  const shipments = located.flatMap((visit) => (visit.fetchAt ? [fetched(visit, visit.fetchAt)] : []))
  const vehicles = rigs.map((rig, index) => riderOf(rig, index + 1, input, { indexOf, skills }))
  const problem: Problem = {
    ...(jobs.length > 0 ? { jobs } : {}),
    ...(shipments.length > 0 ? { shipments } : {}),
    vehicles,
    matrices: { [PROFILE]: matricesOf(places) },
  }
  return {
    plan: {
      zero: zero.toISOString(),
      problem,
      places,
      visits: Object.fromEntries(
        located.map(({ shipment, kind }, index) => [index + 1, { shipment_id: shipment.id, kind }]),
      ),
      crews: Object.fromEntries(
        rigs.map(({ vehicle, driver, routeId }, index) => [
          index + 1,
          { vehicle_id: vehicle.id, driver_id: driver.id, ...(routeId ? { route_id: routeId } : {}) },
        ]),
      ),
    },
    unassigned: input.visits.filter(({ shipment }) => shipment.latitude === null).map(notLocated),
  }

  function visitOf({ shipment }: Visit, id: number) {
    const window = windowOf(shipment, zero)
    return {
      id,
      location_index: indexOf(placeOf(shipment)),
      service: shipment.service_s,
      ...(window ? { time_windows: [window] } : {}),
    }
  }

  function demandsOf({ shipment, onlyFor }: Visit) {
    const pinned = onlyFor ?? input.request.lock?.find(({ shipment_id }) => shipment_id === shipment.id)?.driver_id
    const needed = [...shipment.skills, ...(pinned ? [`driver:${pinned}`] : [])]
    return { ...(needed.length > 0 ? { skills: needed.map(skills) } : {}), priority: shipment.priority }
  }

  function jobOf(visit: Visit, id: number): Job {
    const amount = visit.kind === 'delivery' ? { delivery: [...visit.load] } : { pickup: [...visit.load] }
    return { ...visitOf(visit, id), ...amount, ...demandsOf(visit) }
  }

  function fetched(visit: Visit, from: Coordinates) {
    const id = located.indexOf(visit) + 1
    const pickup = { id, location_index: indexOf(from), service: 0 }
    return { pickup, delivery: visitOf(visit, id), amount: [...visit.load], ...demandsOf(visit) }
  }
}

function riderOf(
  rig: Rig,
  id: number,
  { depot, rule, objective, request, zero }: PlanInput,
  { indexOf, skills }: { indexOf: (place: Coordinates) => number; skills: (name: string) => number },
): Rider {
  const { driver, vehicle, used } = rig
  const starts = secondsAfter(zero, rig.startsAt)
  const most = request.constraints?.max_route_hours ?? Number.POSITIVE_INFINITY
  const duty = Math.min(rule.max_duty_day_s - used.dutyDayS, most * 3_600)
  const ends = Math.max(starts, Math.min(secondsAfter(zero, rig.endsAt), Math.floor(starts + duty)))
  const drive = Math.min(rule.max_drive_day_s - used.driveDayS, rule.max_drive_week_s - used.driveWeekS)
  const latestBreak = Math.min(starts + rule.break_after_s, ends)
  const breakIsDue = rig.breakIsDue && ends - starts > rule.break_after_s
  return {
    id,
    description: driver.name,
    profile: PROFILE,
    start_index: indexOf(rig.start),
    end_index: indexOf(depot),
    capacity: [vehicle.capacity_g, vehicle.capacity_cm3, vehicle.capacity_parcels],
    skills: [...new Set([...vehicle.skills, ...driver.skills, `driver:${driver.id}`])].map(skills),
    time_window: [starts, ends],
    max_travel_time: Math.max(0, drive),
    ...(vehicle.range_m === null ? {} : { max_distance: vehicle.range_m }),
    ...(request.constraints?.max_stops_per_route ? { max_tasks: request.constraints.max_stops_per_route } : {}),
    ...(breakIsDue
      ? {
          breaks: [
            {
              id: 1,
              service: rule.break_s,
              time_windows: [[starts + EARLIEST_BREAK_S, latestBreak] as [number, number]],
            },
          ],
        }
      : {}),
    costs: costsOf(rig, objective),
  }
}

function costsOf({ vehicle }: Crew, objective: Objective): VehicleCosts {
  const { fixed_cost_minor: fixed, cost_per_km_minor: per_km, cost_per_hour_minor: per_hour } = vehicle
  if (objective === 'distance') return { fixed: 0, per_hour: 0, per_km: 100 }
  if (objective === 'vehicles') return { fixed: fixed + VEHICLE_WEIGHT, per_hour, per_km }
  return { fixed, per_hour, per_km }
}

/** The part of a shipment's window that the problem has; undefined: any time. */
function windowOf({ window_from, window_to }: Waiting['shipment'], zero: Date): [number, number] | undefined {
  if (!window_from || !window_to) return undefined
  return [Math.max(0, secondsAfter(zero, window_from)), Math.max(0, secondsAfter(zero, window_to))]
}

function placeOf({ latitude, longitude }: Waiting['shipment']): Coordinates {
  return { latitude: latitude ?? 0, longitude: longitude ?? 0 }
}

/** Names become numbers, as the solver wants skills. */
function numbering(): (name: string) => number {
  const numbers = new Map<string, number>()
  return (name) => {
    const number = numbers.get(name) ?? numbers.size + 1
    numbers.set(name, number)
    return number
  }
}

function secondsAfter(zero: Date, moment: Date): number {
  return Math.round((moment.getTime() - zero.getTime()) / 1_000)
}

function notLocated({ shipment }: Visit): Unassigned {
  const explanation = 'The address was not found. Give create_shipment its coordinates, or correct the address.'
  return { shipment_id: shipment.id, code: 'no_location', explanation }
}
