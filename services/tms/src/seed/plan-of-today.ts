import type { SeededRandom } from '@backroom/demo-data'
import type { Insertable, Kysely } from 'kysely'
import { ulid } from 'ulid'
import type { Day, Load, PlanProblem, Tables } from '../database-tables.ts'
import { momentIn } from '../day.ts'
import type { Vehicle } from '../driver.ts'
import { costOf } from '../plan-solution.ts'
import { scheduleOf } from '../schedule.ts'
import { demoVehicles } from './network.ts'
import type { ShipmentRows } from './order-shipments.ts'

type Depot = Insertable<Tables['depot']>

/** One dispatched route of a depot today, along the given shipments; its other drivers are free. */
export async function insertPlanOfToday(
  db: Kysely<Tables>,
  depot: Depot,
  day: Day,
  { shipments, parcels }: ShipmentRows,
  random: SeededRandom,
): Promise<void> {
  const created = Date.now() - 10 * 3_600_000
  const vehicle = demoVehicles.find(({ id }) => id === 'veh-04') as unknown as Vehicle
  const at = momentIn(depot.timezone, day, '08:00')
  const visits = shipments.map((shipment, index) => {
    const { weight_g = 0, volume_cm3 = 0 } = parcels[index] ?? {}
    return {
      latitude: shipment.latitude as number,
      longitude: shipment.longitude as number,
      kind: 'delivery' as const,
      serviceS: 300,
      window: null,
      promisedBy: shipment.promised_by as Date,
      load: [weight_g, volume_cm3, 1] satisfies Load,
    }
  })
  const schedule = scheduleOf({ ...depot, at, depot, breaks: [] }, visits)
  const cost = costOf(vehicle, schedule.distanceM, schedule.driveS)
  const figures = { distance_m: schedule.distanceM, drive_s: schedule.driveS, cost_minor: cost }
  const plan = `plan_${ulid(created, random.next)}`
  const route = `rte_${ulid(created, random.next)}`
  const problem: PlanProblem = { zero: at.toISOString(), problem: { vehicles: [] }, places: [], visits: {}, crews: {} }
  await db
    .insertInto('route_plan')
    .values({
      ...{
        id: plan,
        depot_id: depot.id,
        day,
        kind: 'day',
        status: 'dispatched',
        objective: 'cost',
        solver: 'backroom',
      },
      ...{
        time_budget_s: 10,
        seed: 1,
        request: '{}',
        problem: JSON.stringify(problem),
        message: null,
        currency: 'USD',
      },
      ...{ ...figures, lateness_s: 0, base_plan_id: null, base_route_id: null, created_by: 'staff-dispatcher' },
      ...{ approved_by: 'staff-dispatcher', created_at: new Date(created) },
    })
    .execute()
  await db
    .insertInto('route')
    .values({
      ...{ id: route, plan_id: plan, driver_id: 'drv-04', vehicle_id: vehicle.id, day, status: 'dispatched' },
      ...{ starts_at: at, ends_at: schedule.endsAt, ...figures, waiting_s: schedule.waitingS, currency: 'USD' },
      dispatched_at: new Date(created + 3_600_000),
    })
    .execute()
  await db
    .insertInto('stop')
    .values(
      shipments.map((shipment, index) => ({
        ...{ id: `stp_${ulid(created, random.next)}`, route_id: route, seq: index + 1, kind: 'delivery' as const },
        ...{ shipment_id: shipment.id, status: 'scheduled' as const, geocode_quality: 'given', service_s: 300 },
        latitude: shipment.latitude as number,
        longitude: shipment.longitude as number,
        eta: schedule.stops[index]?.eta ?? at,
        load_after: JSON.stringify(schedule.stops[index]?.loadAfter ?? [0, 0, 0]),
        reason: null,
      })),
    )
    .execute()
}
