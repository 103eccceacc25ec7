import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { type Load, routeStatuses, stopStatuses, type Tables } from './database-tables.ts'
import { type Route, type Stop, stopsOf } from './plan.ts'

const LoadView = z.object({ weight_g: z.int(), volume_cm3: z.int(), parcels: z.int() })

/** A route in short. */
export const RouteSummary = z.object({
  route_id: z.string(),
  plan_id: z.string(),
  day: z.string(),
  depot: z.string(),
  status: z.enum(routeStatuses),
  driver_id: z.string().nullable(),
  vehicle_id: z.string(),
  starts_at: z.string(),
  ends_at: z.string(),
  stops: z.int(),
  stops_done: z.int(),
  distance_m: z.int(),
  drive_s: z.int(),
  cost_minor: z.int(),
  currency: z.string(),
  lateness_s: z.int().describe('Seconds after the promise, all stops together'),
  version: z.int(),
})

export const StopView = z.object({
  stop_id: z.string(),
  seq: z.int(),
  kind: z.enum(['delivery', 'pickup']),
  shipment_id: z.string(),
  order_ref: z.string().nullable(),
  status: z.enum(stopStatuses),
  eta: z.string(),
  window: z.object({ from: z.string(), to: z.string() }).optional(),
  service_s: z.int(),
  lateness_s: z.int(),
  load_after: LoadView.describe('On board when the stop is left'),
  place: z.object({ latitude: z.number(), longitude: z.number(), quality: z.string() }),
  to_untrusted: z.string().describe('Name and address at the stop'),
  proof_required: z.boolean(),
  reason: z.string().optional(),
  arrived_at: z.string().optional(),
  ended_at: z.string().optional(),
  version: z.int(),
})

/** A route with its stops in the order of the day. */
export const RouteDetail = RouteSummary.extend({
  waiting_s: z.int(),
  breaks: z.array(z.object({ starts_at: z.string(), seconds: z.int() })),
  last_position: z.object({ latitude: z.number(), longitude: z.number(), at: z.string() }).optional(),
  stop_list: z.array(StopView),
})

type WithDepot = Route & { depot_id: string }

/** The depots of routes, by the plans that they belong to. */
async function withDepots(db: Kysely<Tables>, routes: readonly Route[]): Promise<WithDepot[]> {
  const ids = [...new Set(routes.map(({ plan_id }) => plan_id))]
  const plans = await db
    .selectFrom('route_plan')
    .select(['id', 'depot_id'])
    .where('id', '=', sql<string>`any(${ids})`)
    .execute()
  const depots = new Map(plans.map(({ id, depot_id }) => [id, depot_id]))
  return routes.map((route) => ({ ...route, depot_id: depots.get(route.plan_id) ?? '' }))
}

/** Routes in short, in the given order. */
export async function routeSummaries(
  db: Kysely<Tables>,
  routes: readonly Route[],
): Promise<z.input<typeof RouteSummary>[]> {
  const stops = Map.groupBy(
    await stopsOf(
      db,
      routes.map(({ id }) => id),
    ),
    ({ route_id }) => route_id,
  )
  return (await withDepots(db, routes)).map((route) => summaryOf(route, stops.get(route.id) ?? []))
}

/** A route with everything that its driver needs. */
export async function routeDetail(db: Kysely<Tables>, route: Route): Promise<z.input<typeof RouteDetail>> {
  const stops = await stopsOf(db, [route.id])
  const [own] = await withDepots(db, [route])
  const shipments = await db
    .selectFrom('shipment')
    .select(['id', 'order_ref', 'direction', 'ship_to', 'ship_from', 'proof_required'])
    .where('id', '=', sql<string>`any(${stops.map(({ shipment_id }) => shipment_id)})`)
    .execute()
  const byId = new Map(shipments.map((row) => [row.id, row]))
  const { rows: positions } = await sql<{ latitude: number; longitude: number; ts: Date }>`
    select latitude, longitude, ts from position
    where driver_id = ${route.driver_id} and ts between ${route.starts_at}::timestamptz - interval '12 hours' and now()
    order by ts desc limit 1`.execute(db)
  const [last] = positions
  return {
    ...summaryOf(own as WithDepot, stops),
    waiting_s: route.waiting_s,
    breaks: route.breaks,
    ...(last
      ? { last_position: { latitude: last.latitude, longitude: last.longitude, at: last.ts.toISOString() } }
      : {}),
    stop_list: stops.map((stop) => {
      const shipment = byId.get(stop.shipment_id)
      const address = shipment?.direction === 'return' ? shipment.ship_from : shipment?.ship_to
      const lines = address ? [address.name, address.line1, address.line2, address.city, address.postal_code] : []
      return {
        ...stopView(stop),
        order_ref: shipment?.order_ref ?? null,
        proof_required: stop.kind === 'delivery' && (shipment?.proof_required ?? true),
        to_untrusted: lines.filter(Boolean).join(', '),
      }
    }),
  }
}

/** A stop without what only its shipment tells. */
export function stopView(stop: Stop) {
  const { latitude, longitude, geocode_quality: quality } = stop
  return {
    stop_id: stop.id,
    seq: stop.seq,
    kind: stop.kind,
    shipment_id: stop.shipment_id,
    status: stop.status,
    eta: stop.eta.toISOString(),
    ...(stop.window_from && stop.window_to
      ? { window: { from: stop.window_from.toISOString(), to: stop.window_to.toISOString() } }
      : {}),
    service_s: stop.service_s,
    lateness_s: stop.lateness_s,
    load_after: loadView(stop.load_after),
    place: { latitude, longitude, quality },
    ...(stop.reason === null ? {} : { reason: stop.reason }),
    ...(stop.arrived_at === null ? {} : { arrived_at: stop.arrived_at.toISOString() }),
    ...(stop.ended_at === null ? {} : { ended_at: stop.ended_at.toISOString() }),
    version: stop.version,
  }
}

function summaryOf(route: WithDepot, stops: readonly Stop[]): z.input<typeof RouteSummary> {
  return {
    route_id: route.id,
    plan_id: route.plan_id,
    day: route.day,
    depot: route.depot_id,
    status: route.status,
    driver_id: route.driver_id,
    vehicle_id: route.vehicle_id,
    starts_at: route.starts_at.toISOString(),
    ends_at: route.ends_at.toISOString(),
    stops: stops.length,
    stops_done: stops.filter(({ status }) => status === 'completed' || status === 'failed').length,
    distance_m: route.distance_m,
    drive_s: route.drive_s,
    cost_minor: route.cost_minor,
    currency: route.currency,
    lateness_s: stops.reduce((sum, { lateness_s }) => sum + lateness_s, 0),
    version: route.version,
  }
}

function loadView([weight_g, volume_cm3, parcels]: Load): z.input<typeof LoadView> {
  return { weight_g, volume_cm3, parcels }
}
