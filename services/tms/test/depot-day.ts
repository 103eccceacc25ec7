import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { readShipment } from '../src/shipment.ts'
import { type Logistics, TOMORROW } from './logistics.ts'

export interface Stop {
  stop_id: string
  shipment_id: string
  seq: number
  status: string
  kind: string
  eta: string
  version: number
}

export interface Route {
  route_id: string
  driver_id: string
  vehicle_id: string
  stops: number
  version: number
}

/** A proof of delivery that says a text. */
export const proof = (text: string) => ({
  kind: 'signature',
  sha256: createHash('sha256').update(text).digest('hex'),
  recipient: 'J. Keller',
})

/** What people do with the day after today in Columbus, where drv-03 and drv-04 drive. */
export function depotDay(tms: Logistics) {
  const { dispatcher, driver } = tms
  const plan = (more: object = {}) =>
    dispatcher.done('optimize_routes', {
      ...{ depot: 'DEP-2', date: TOMORROW, time_budget_s: 1, force_new: true },
      ...more,
    })
  const stopsOf = async (route_id: string): Promise<Stop[]> =>
    (await dispatcher.done('get_route', { route_id })).stop_list
  const complete = async (stops: readonly Stop[]) => {
    for (const { stop_id, kind, status } of stops)
      if (status !== 'completed')
        await driver.done('update_stop_status', {
          ...{ stop_id, status: 'completed' },
          ...(kind === 'delivery' ? { proof: proof(stop_id) } : {}),
        })
  }
  return {
    plan,
    stopsOf,
    complete,
    statusOf: async (id: string) => (await readShipment(tms.db, id)).status,
    /** Who `driver@` is from here on. */
    async driveAs(id: string) {
      await sql`update driver set account = null`.execute(tms.db)
      await sql`update driver set account = 'staff-driver' where id = ${id}`.execute(tms.db)
    },
    /** Shipments of the own fleet, a few kilometres from each other. */
    shipments(count: number, more: object = {}): Promise<string[]> {
      const places = Array.from({ length: count }, (_, n) => ({ latitude: 39.9 + n / 50, longitude: -83.05 + n / 40 }))
      return Promise.all(places.map((coordinates) => tms.shipment({ coordinates, ...more }, 'own_fleet')))
    },
    /** Routes that were approved and dispatched, with the given shipments for each driver. */
    async dispatched(wanted: Record<string, readonly string[]>): Promise<Record<string, string>> {
      const lock = Object.entries(wanted).flatMap(([driver_id, ids]) =>
        ids.map((shipment_id) => ({ shipment_id, driver_id })),
      )
      const { plan_id, routes } = await plan({ shipments: lock.map(({ shipment_id }) => shipment_id), lock })
      await dispatcher.done('approve_route_plan', { plan_id })
      for (const { route_id } of routes as Route[]) await dispatcher.done('dispatch_route', { route_id })
      return Object.fromEntries((routes as Route[]).map(({ driver_id, route_id }) => [driver_id, route_id]))
    },
    /** Takes every route of the day away, so that the next test starts with free crews. */
    async clear() {
      await sql`update stop t set status = 'cancelled' from route r where r.id = t.route_id and r.day = ${TOMORROW}`.execute(
        tms.db,
      )
      await sql`update route_plan set status = 'superseded' where day = ${TOMORROW}`.execute(tms.db)
      await sql`update route set status = 'cancelled' where day = ${TOMORROW}`.execute(tms.db)
      await sql`update shipment set status = 'labelled' where carrier_id = 'own_fleet' and status in ('planned', 'ready')
        and not exists (select from stop t where t.shipment_id = shipment.id and t.status = 'scheduled')`.execute(
        tms.db,
      )
    },
  }
}

export type DepotDay = ReturnType<typeof depotDay>
