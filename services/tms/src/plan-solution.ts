import type { Solution, Step } from '@backroom/routing'
import { type Insertable, type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Load, PlanFigures, PlanProblem, Tables, Unassigned } from './database-tables.ts'
import type { Vehicle } from './driver.ts'
import type { Plan } from './plan.ts'
import { lateness } from './schedule.ts'
import type { Shipment } from './shipment.ts'

type RouteRow = Insertable<Tables['route']>
type StopRow = Insertable<Tables['stop']>

/** A solution as rows, and what it amounts to. */
export interface PlannedRoutes {
  routes: RouteRow[]
  stops: StopRow[]
  unassigned: Unassigned[]
  figures: PlanFigures
}

/** Turns a solution into proposed routes and stops. */
export function routesFrom(
  { id: planId, day, currency }: Pick<Plan, 'id' | 'day' | 'currency'>,
  { zero, visits, crews }: PlanProblem,
  solution: Solution,
  vehicles: ReadonlyMap<string, Vehicle>,
  shipments: ReadonlyMap<string, Shipment>,
): PlannedRoutes {
  const at = (seconds: number) => new Date(Date.parse(zero) + seconds * 1_000)
  const routes: RouteRow[] = []
  const stops: StopRow[] = []
  for (const solved of solution.routes) {
    const crew = crews[solved.vehicle]
    const vehicle = crew && vehicles.get(crew.vehicle_id)
    if (!crew || !vehicle) throw new Error(`The solver used vehicle ${solved.vehicle}, which it was not given`)
    const id = `rte_${ulid()}`
    const made = solved.steps.filter(isVisit)
    routes.push({
      id,
      plan_id: planId,
      driver_id: crew.driver_id,
      vehicle_id: crew.vehicle_id,
      day,
      status: 'proposed',
      starts_at: at(solved.steps[0]?.arrival ?? 0),
      ends_at: at(solved.steps.at(-1)?.arrival ?? 0),
      distance_m: Math.round(solved.distance),
      drive_s: Math.round(solved.duration),
      waiting_s: Math.round(solved.waiting_time),
      cost_minor: costOf(vehicle, solved.distance, solved.duration),
      currency,
      breaks: JSON.stringify(
        solved.steps.flatMap((step) =>
          step.type === 'break'
            ? [{ starts_at: at(step.arrival + step.waiting_time).toISOString(), seconds: step.service }]
            : [],
        ),
      ),
    })
    for (const [index, step] of made.entries()) {
      const visit = visits[step.id ?? 0]
      const shipment = visit && shipments.get(visit.shipment_id)
      if (!visit || !shipment) throw new Error(`The solver visits ${step.id}, which it was not given`)
      const eta = at(step.arrival + step.waiting_time)
      stops.push({
        id: `stp_${ulid()}`,
        route_id: id,
        seq: index + 1,
        kind: visit.kind,
        shipment_id: shipment.id,
        status: 'proposed',
        latitude: shipment.latitude as number,
        longitude: shipment.longitude as number,
        geocode_quality: shipment.geocode_quality,
        eta,
        window_from: shipment.window_from,
        window_to: shipment.window_to,
        service_s: shipment.service_s,
        lateness_s: lateness(eta.getTime(), shipment.promised_by),
        load_after: JSON.stringify(step.load as Load),
      })
    }
  }
  const unassigned = leftOut(solution, visits)
  return { routes, stops, unassigned, figures: figuresOf(routes, stops, unassigned.length) }
}

/** What a vehicle costs for a day; minor units, rounded up. */
export function costOf(
  { fixed_cost_minor, cost_per_km_minor, cost_per_hour_minor }: Vehicle,
  metres: number,
  seconds: number,
): number {
  return Math.ceil(fixed_cost_minor + (metres / 1_000) * cost_per_km_minor + (seconds / 3_600) * cost_per_hour_minor)
}

/** Writes proposed routes and their stops. */
export async function insertRoutes(db: Kysely<Tables>, { routes, stops }: PlannedRoutes): Promise<void> {
  if (routes.length > 0) await db.insertInto('route').values(routes).execute()
  if (stops.length > 0) await db.insertInto('stop').values(stops).execute()
}

/** What a plan's problem names: its vehicles and shipments. */
export async function namedIn(db: Kysely<Tables>, { visits, crews }: PlanProblem) {
  const vehicleIds = Object.values(crews).map(({ vehicle_id }) => vehicle_id)
  const shipmentIds = Object.values(visits).map(({ shipment_id }) => shipment_id)
  const vehicles = await db
    .selectFrom('vehicle')
    .selectAll()
    .where('id', '=', sql<string>`any(${vehicleIds})`)
    .execute()
  const shipments = await db
    .selectFrom('shipment')
    .selectAll()
    .where('id', '=', sql<string>`any(${shipmentIds})`)
    .execute()
  return {
    vehicles: new Map(vehicles.map((row) => [row.id, row])),
    shipments: new Map(shipments.map((row) => [row.id, row])),
  }
}

/** A visit of a customer: not the start, the end or a break, nor where its goods are fetched. */
function isVisit({ type }: Step): boolean {
  return type === 'job' || type === 'delivery'
}

function leftOut({ unassigned }: Solution, visits: PlanProblem['visits']): Unassigned[] {
  return unassigned.flatMap(({ id, type, reason }) => {
    const visit = visits[id]
    if (!visit || type === 'pickup') return []
    // A VROOM server gives none.
    const { code = 'fleet_full', explanation = 'No route has room for it.' } = reason ?? {}
    return [{ shipment_id: visit.shipment_id, code, explanation }]
  })
}

function figuresOf(routes: readonly RouteRow[], stops: readonly StopRow[], unassigned: number): PlanFigures {
  const total = (of: (route: RouteRow) => number) => routes.reduce((sum, route) => sum + of(route), 0)
  return {
    routes: routes.length,
    stops: stops.length,
    unassigned,
    distance_m: total(({ distance_m }) => distance_m),
    drive_s: total(({ drive_s }) => drive_s),
    cost_minor: total(({ cost_minor }) => cost_minor),
    lateness_s: stops.reduce((sum, { lateness_s = 0 }) => sum + lateness_s, 0),
  }
}
