import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import { type Course, figuresOf, plannedVisit } from './baseline.ts'
import type { Baseline, Tables } from './database-tables.ts'
import { momentIn } from './day.ts'
import { type Depot, requireDepot } from './depot.ts'
import { readDriver, readVehicle } from './driver.ts'
import type { Coordinates } from './gazetteer.ts'
import { hoursRuleOf, hoursUsed } from './hours.ts'
import { type Plan, type Route, readPlan, readRoute, requireRouteStatus, type Stop, stopsOf } from './plan.ts'
import { problemOf, type Rig, type Visit } from './plan-problem.ts'
import { waitingFor, withLoads } from './plannable.ts'
import { wayBetween } from './travel.ts'

/** What has happened to a route that is under way. */
export type RouteEvent =
  | { type: 'breakdown' }
  | { type: 'new_stop'; shipment_id: string }
  | { type: 'cancel_stop'; shipment_id: string }
  | { type: 'delay'; minutes: number }

export interface ReplanOrder {
  routeId: string
  event: RouteEvent
  timeBudgetS: number
  seed: number
  solver: string
  actor: string
}

/** A route with what is decided on it (done, or the driver is on the way) and what can still change. */
interface Remaining {
  route: Route
  decided: Stop[]
  open: Stop[]
}

const underWay = ['planned', 'dispatched', 'in_progress'] as const

/**
 * Writes down how a route, after a breakdown all routes of its plan, could go on. What is decided stays; the proposal
 * takes effect by apply_replan alone.
 *
 * @throws {BusinessError} not_found; invalid_transition for a route that is over; invalid_argument for a shipment that the
 *   event does not fit
 */
export async function draftReplan(db: Kysely<Tables>, order: ReplanOrder): Promise<Plan> {
  const route = await readRoute(db, order.routeId)
  requireRouteStatus(route, underWay, 'be replanned')
  const base = await readPlan(db, route.plan_id)
  const depot = await requireDepot(db, base.depot_id)
  const { event } = order
  const concerned = event.type === 'breakdown' ? await livingRoutes(db, base.id) : [route]
  const remaining = await remainingOf(db, concerned, event.type === 'breakdown' ? route.id : undefined)
  const rule = await hoursRuleOf(db, depot.id)
  const rigs = await rigsFor(db, depot, remaining, order)
  const visits = await visitsFor(db, depot, remaining, order)
  if (rigs.length === 0)
    throw new BusinessError('conflict', `No other route of ${base.id} can take over.`, {
      nextActions: [{ tool: 'optimize_routes', arguments: { depot: depot.id, date: base.day } }],
    })
  const zero = momentIn(depot.timezone, base.day, '00:00')
  const request = { event }
  const { plan, unassigned } = problemOf({ depot, rigs, visits, rule, objective: base.objective, request, zero })
  return db
    .insertInto('route_plan')
    .values({
      id: `plan_${ulid()}`,
      depot_id: depot.id,
      day: base.day,
      kind: 'replan',
      status: 'draft',
      objective: base.objective,
      solver: order.solver,
      time_budget_s: order.timeBudgetS,
      seed: order.seed,
      request: JSON.stringify(request),
      problem: JSON.stringify(plan),
      unassigned: JSON.stringify(unassigned),
      baseline: JSON.stringify(await asItStands(db, depot, base, remaining, rigs)),
      currency: base.currency,
      base_plan_id: base.id,
      base_route_id: route.id,
      base_versions: JSON.stringify(Object.fromEntries(concerned.map(({ id, version }) => [id, version]))),
      created_by: order.actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** The routes of a plan that are not over. */
function livingRoutes(db: Kysely<Tables>, planId: string): Promise<Route[]> {
  return db
    .selectFrom('route')
    .selectAll()
    .where('plan_id', '=', planId)
    .where('status', '=', sql<'planned'>`any(${underWay})`)
    .orderBy('id')
    .execute()
}

/** The route whose vehicle broke down, where that is why a plan changes another. */
export function strandedRouteOf({ request, base_route_id }: Plan): string | undefined {
  return request.event?.type === 'breakdown' ? (base_route_id ?? undefined) : undefined
}

/** What is decided on routes, and what is not: a stranded vehicle does not get to where it was going. */
export async function remainingOf(
  db: Kysely<Tables>,
  routes: readonly Route[],
  strandedId: string | undefined,
): Promise<Remaining[]> {
  const stops = Map.groupBy(
    await stopsOf(
      db,
      routes.map(({ id }) => id),
    ),
    ({ route_id }) => route_id,
  )
  return routes.map((route) => {
    const own = stops.get(route.id) ?? []
    const isOpen = ({ status }: Stop) => status === 'scheduled' || (route.id === strandedId && status === 'en_route')
    return { route, decided: own.filter((stop) => !isOpen(stop)), open: own.filter(isOpen) }
  })
}

async function rigsFor(
  db: Kysely<Tables>,
  depot: Depot,
  remaining: readonly Remaining[],
  order: ReplanOrder,
): Promise<Rig[]> {
  const { event, routeId } = order
  const going = remaining.filter(({ route }) => event.type !== 'breakdown' || route.id !== routeId)
  return Promise.all(
    going.map(async ({ route, decided }): Promise<Rig> => {
      const driver = await readDriver(db, route.driver_id ?? '')
      const shift = await db
        .selectFrom('shift')
        .selectAll()
        .where('driver_id', '=', driver.id)
        .where('day', '=', route.day)
        .executeTakeFirst()
      const used = (await hoursUsed(db, [driver.id], route.day, route.id)).get(driver.id)
      const idle = { driveDayS: 0, dutyDayS: 0, driveWeekS: 0 }
      const last = decided.at(-1)
      const late = event.type === 'delay' && route.id === routeId ? event.minutes * 60_000 : 0
      const driven = drivenS(depot, decided)
      return {
        driver,
        vehicle: await readVehicle(db, route.vehicle_id),
        start: last ?? depot,
        startsAt: new Date(freeAt(route, last) + late),
        endsAt: shift?.ends_at ?? route.ends_at,
        used: {
          driveDayS: (used ?? idle).driveDayS + driven,
          dutyDayS: (used ?? idle).dutyDayS,
          driveWeekS: (used ?? idle).driveWeekS + driven,
        },
        routeId: route.id,
        breakIsDue: route.breaks.every(({ starts_at }) => Date.parse(starts_at) > Date.now()),
      }
    }),
  )
}

async function visitsFor(
  db: Kysely<Tables>,
  depot: Depot,
  remaining: readonly Remaining[],
  { event, routeId }: ReplanOrder,
): Promise<Visit[]> {
  const visits: Visit[] = []
  for (const { route, decided, open } of remaining) {
    const broken = event.type === 'breakdown' && route.id === routeId
    const loads = await withLoads(
      db,
      open.map(({ shipment_id }) => shipment_id),
    )
    const place = decided.at(-1) ?? depot
    for (const load of loads) {
      const onBoard = load.kind === 'delivery' && route.status === 'in_progress'
      if (broken) visits.push({ ...load, ...(onBoard ? { fetchAt: place } : {}) })
      else visits.push({ ...load, onlyFor: route.driver_id ?? undefined })
    }
  }
  if (event.type === 'cancel_stop') return without(visits, event.shipment_id, routeId)
  if (event.type === 'new_stop') return [...visits, await newVisit(db, depot, remaining, event.shipment_id)]
  return visits
}

async function newVisit(db: Kysely<Tables>, depot: Depot, remaining: readonly Remaining[], id: string): Promise<Visit> {
  const [own] = remaining
  if (!own) throw new Error('a new stop has its route')
  const [waiting] = await waitingFor(db, depot, own.route.day, [id])
  if (!waiting) throw new Error(`${id} neither waits nor was refused`)
  const started = own.decided.length > 0
  return { ...waiting, ...(started && waiting.kind === 'delivery' ? { fetchAt: depot } : {}) }
}

function without(visits: readonly Visit[], id: string, routeId: string): Visit[] {
  const rest = visits.filter(({ shipment }) => shipment.id !== id)
  if (rest.length < visits.length) return rest
  throw new BusinessError('invalid_argument', `${routeId} has no open stop for ${id}.`, {
    nextActions: [{ tool: 'get_route', arguments: { route_id: routeId } }],
  })
}

/** When a driver is done with what is decided: never before now. */
function freeAt(route: Route, last: Stop | undefined): number {
  if (!last) return Math.max(Date.now(), route.starts_at.getTime())
  const done = last.ended_at?.getTime() ?? Math.max(Date.now(), last.eta.getTime()) + last.service_s * 1_000
  return Math.max(Date.now(), done)
}

/** Seconds on the road from the depot through stops. */
function drivenS(depot: Coordinates, stops: readonly Coordinates[]): number {
  return stops.reduce(({ s, here }, stop) => ({ s: s + wayBetween(here, stop).seconds, here: stop }), {
    s: 0,
    here: depot,
  }).s
}

/** What is left of the day when every route goes on in the order that it has. */
async function asItStands(
  db: Kysely<Tables>,
  depot: Depot,
  base: Plan,
  remaining: readonly Remaining[],
  rigs: readonly Rig[],
): Promise<Baseline> {
  const courses: Course[] = []
  let stranded = 0
  for (const { route, open } of remaining) {
    const rig = rigs.find(({ routeId }) => routeId === route.id)
    if (!rig) stranded += open.length
    else if (open.length > 0) {
      const breaks = route.breaks.filter(({ starts_at }) => Date.parse(starts_at) > rig.startsAt.getTime())
      courses.push({ rig, visits: await visitsAt(db, open), breaks })
    }
  }
  return { kind: 'current_plan', plan_id: base.id, ...figuresOf(courses, depot, stranded) }
}

async function visitsAt(db: Kysely<Tables>, stops: readonly Stop[]) {
  const ids = stops.map(({ shipment_id }) => shipment_id)
  return (await withLoads(db, ids)).map(plannedVisit)
}
