import { createHash } from 'node:crypto'
import type { Day } from '@backroom/calendar'
import type { SeededRandom } from '@backroom/demo-data'
import type { Insertable, Kysely } from 'kysely'
import { ulid } from 'ulid'
import { OWN_FLEET } from '../carrier/own-fleet.ts'
import type { Load, PlanProblem, Tables } from '../database-tables.ts'
import type { Driver, Vehicle } from '../driver.ts'
import { costOf } from '../plan-solution.ts'
import { type Schedule, scheduleOf } from '../schedule.ts'
import { demoDrivers, demoVehicles } from './network.ts'
import { insertShipments, type ShipmentRows } from './order-shipments.ts'

export interface DrivenRoute {
  depot: Insertable<Tables['depot']>
  driverId: string
  day: Day
  startsAt: Date
  now: number
}

const SERVICE_S = 300
const PLANNED_BEFORE_MS = 3 * 3_600_000

/**
 * The route of a driver along shipments, as far as it is by now: what lies behind is delivered with a signature, the next
 * stop is where the driver goes.
 */
export async function insertDrivenRoute(
  db: Kysely<Tables>,
  route: DrivenRoute,
  rows: ShipmentRows,
  random: SeededRandom,
): Promise<void> {
  const { depot, driverId, day, startsAt, now } = route
  const driver = demoDrivers.find(({ id }) => id === driverId) as unknown as Driver
  const vehicle = demoVehicles.find(({ id }) => id === driver.vehicle_id) as unknown as Vehicle
  const schedule = scheduleOf({ ...depot, at: startsAt, depot, breaks: [] }, visitsOf(rows))
  const isOver = +schedule.endsAt <= now
  const status = isOver ? 'completed' : 'in_progress'
  const created = +startsAt - PLANNED_BEFORE_MS
  const stops = stopsOf(schedule, rows, `rte_${ulid(created, random.next)}`, route, random)
  tellOf(rows, stops, startsAt)
  await insertShipments(db, rows)
  const cost_minor = costOf(vehicle, schedule.distanceM, schedule.driveS)
  const figures = { distance_m: schedule.distanceM, drive_s: schedule.driveS, cost_minor, currency: 'USD' }
  const plan_id = `plan_${ulid(created, random.next)}`
  const agreed = { approved_by: 'staff-dispatcher', approved_at: new Date(created + 600_000) }
  await db
    .insertInto('route_plan')
    .values({
      ...{ id: plan_id, depot_id: depot.id, day, kind: 'day', status, objective: 'cost', solver: 'backroom' },
      ...{ time_budget_s: 10, seed: 1, request: '{}', problem: JSON.stringify(solved(startsAt)), message: null },
      ...{ ...figures, lateness_s: 0, base_plan_id: null, base_route_id: null, created_by: 'staff-dispatcher' },
      ...{ ...agreed, created_at: new Date(created), proposed_at: new Date(created + 10_000) },
    })
    .execute()
  await db
    .insertInto('route')
    .values({
      ...{ id: stops[0]?.route_id ?? '', plan_id, driver_id: driverId, vehicle_id: vehicle.id, day, status },
      ...{ starts_at: startsAt, ends_at: schedule.endsAt, ...figures, waiting_s: schedule.waitingS },
      ...{ dispatched_at: new Date(+startsAt - 600_000), completed_at: isOver ? schedule.endsAt : null },
    })
    .execute()
  await db.insertInto('stop').values(stops).execute()
  await insertProofs(db, stops, random)
  if (isOver) return
  await db.updateTable('driver').set({ status: 'on_route' }).where('id', '=', driverId).execute()
  const { latitude, longitude } = stops.findLast((stop) => stop.status === 'completed') ?? depot
  await db
    .insertInto('position')
    .values({ driver_id: driverId, latitude, longitude, ts: new Date(now) })
    .execute()
}

function visitsOf({ shipments, parcels }: ShipmentRows) {
  return shipments.map((shipment) => {
    const own = parcels.filter(({ shipment_id }) => shipment_id === shipment.id)
    const grams = own.reduce((sum, { weight_g }) => sum + weight_g, 0)
    const volume = own.reduce((sum, { volume_cm3 }) => sum + volume_cm3, 0)
    return {
      latitude: shipment.latitude as number,
      longitude: shipment.longitude as number,
      kind: 'delivery' as const,
      serviceS: SERVICE_S,
      window: null,
      promisedBy: shipment.promised_by as Date,
      load: [grams, volume, own.length] satisfies Load,
    }
  })
}

function stopsOf(
  { stops }: Schedule,
  { shipments }: ShipmentRows,
  route_id: string,
  { startsAt, now }: DrivenRoute,
  random: SeededRandom,
): (Insertable<Tables['stop']> & { eta: Date })[] {
  const leftAt = (index: number) => +(stops[index]?.eta ?? startsAt) + (index < 0 ? 0 : SERVICE_S * 1_000)
  return stops.map(({ eta, loadAfter }, index) => {
    const isDone = leftAt(index) <= now
    const isNext = !isDone && leftAt(index - 1) <= now
    const shipment = shipments[index]
    return {
      ...{ id: `stp_${ulid(+startsAt, random.next)}`, route_id, seq: index + 1, kind: 'delivery' as const },
      ...{ shipment_id: shipment?.id ?? '', geocode_quality: 'given', service_s: SERVICE_S, eta },
      status: isDone ? ('completed' as const) : isNext ? ('en_route' as const) : ('scheduled' as const),
      latitude: shipment?.latitude as number,
      longitude: shipment?.longitude as number,
      load_after: JSON.stringify(loadAfter),
      reason: null,
      ...(isDone ? { arrived_at: eta, ended_at: new Date(leftAt(index)) } : {}),
    }
  })
}

/** What the driver told of the shipments. */
function tellOf(rows: ShipmentRows, stops: ReturnType<typeof stopsOf>, startsAt: Date): void {
  for (const [index, { id, status, ended_at }] of stops.entries()) {
    const shipment = rows.shipments[index]
    if (!shipment) continue
    const tell = (suffix: string, code: 'picked_up' | 'out_for_delivery' | 'delivered', at: Date) =>
      rows.events.push({
        ...{ shipment_id: shipment.id, source: OWN_FLEET, source_event_id: `${id}:${suffix}`, code },
        ...{ occurred_at: at, received_at: at, place: null, detail: null },
      })
    tell('loaded', 'picked_up', startsAt)
    tell('out', 'out_for_delivery', startsAt)
    const deliveredAt = status === 'completed' ? (ended_at as Date) : null
    if (deliveredAt) tell('completed', 'delivered', deliveredAt)
    shipment.status = deliveredAt ? 'delivered' : 'out_for_delivery'
    shipment.picked_up_at = startsAt
    shipment.delivered_at = deliveredAt
    shipment.last_scan_at = deliveredAt ?? startsAt
  }
}

async function insertProofs(
  db: Kysely<Tables>,
  stops: ReturnType<typeof stopsOf>,
  random: SeededRandom,
): Promise<void> {
  const done = stops.filter(({ status }) => status === 'completed')
  if (done.length === 0) return
  await db
    .insertInto('proof_of_delivery')
    .values(
      done.map(({ id, shipment_id, latitude, longitude, ended_at }) => ({
        ...{ id: `pod_${ulid(+(ended_at as Date), random.next)}`, stop_id: id, shipment_id, latitude, longitude },
        ...{ kind: 'signature' as const, sha256: createHash('sha256').update(id).digest('hex'), blob_ref: null },
        ...{ recipient: 'Front desk', recorded_by: 'staff-driver', recorded_at: ended_at as Date },
      })),
    )
    .execute()
}

/** What had to be solved is not kept for days that are over. */
function solved(startsAt: Date): PlanProblem {
  return { zero: startsAt.toISOString(), problem: { vehicles: [] }, places: [], visits: {}, crews: {} }
}
