import { demoOrders, seededRandom } from '@backroom/demo-data'
import type { Insertable, Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { dayIn } from '../day.ts'
import { demoCarriers, demoLimits, demoRateCards, demoServiceLevels, demoServices, demoZones } from './carriers.ts'
import { localShipments } from './local-shipments.ts'
import { demoAreas, demoDepots, demoDrivers, demoHoursRules, demoVehicles } from './network.ts'
import { orderShipments, type ShipmentRows } from './order-shipments.ts'
import { insertPlanOfToday } from './plan-of-today.ts'

const SEED = 2027
const WAITING = 8
const ON_THE_ROAD = 5
const PLANNED_DEPOT = 'DEP-2'

/**
 * Fills empty tables: three depots with drivers and vehicles, carriers and what they charge, the parcels of the shop's
 * orders where the other servers say that they are, deliveries to partner shops that wait for a route, and one route that
 * is out today.
 */
export async function seedDemo(db: Kysely<Tables>): Promise<void> {
  const random = seededRandom(SEED)
  const now = Date.now()
  await db.insertInto('hours_rule').values(demoHoursRules).execute()
  await db.insertInto('depot').values(demoDepots).execute()
  await db.insertInto('service_area').values(demoAreas).execute()
  await db.insertInto('vehicle').values(demoVehicles).execute()
  await db.insertInto('driver').values(demoDrivers).execute()
  await db.insertInto('carrier').values(demoCarriers).execute()
  await db.insertInto('zone').values(demoZones).execute()
  await db.insertInto('carrier_service').values(demoServices).execute()
  await db.insertInto('rate_card').values(demoRateCards).execute()
  await db.insertInto('service_level').values(demoServiceLevels).execute()
  await db.insertInto('approval_limit').values(demoLimits).execute()
  await insertShipments(db, orderShipments(demoOrders(new Date(now)), now, random))
  for (const depot of demoDepots) {
    const today = dayIn(depot.timezone, new Date(now))
    const planned = depot.id === PLANNED_DEPOT
    const rows = localShipments(depot, today, WAITING + (planned ? ON_THE_ROAD : 0), random)
    const out = rows.shipments.slice(WAITING)
    for (const shipment of out) shipment.status = 'ready'
    await insertShipments(db, rows)
    if (planned)
      await insertPlanOfToday(
        db,
        depot,
        today,
        { ...rows, shipments: out, parcels: rows.parcels.slice(WAITING) },
        random,
      )
  }
  await openException(db)
}

/** One parcel on the road is late, so that there is something to resolve. */
async function openException(db: Kysely<Tables>): Promise<void> {
  const late = await db
    .selectFrom('shipment')
    .select('id')
    .where('status', '=', 'in_transit')
    .orderBy('id')
    .executeTakeFirst()
  if (!late) return
  const row: Insertable<Tables['delivery_exception']> = {
    ...{
      id: 'exc_demo',
      shipment_id: late.id,
      type: 'delay',
      severity: 'low',
      status: 'open',
      note: 'Missed its truck',
    },
    ...{ cause: 'demo:delay', reported_by: 'parcelhop', resolution: null, resolution_note: null, resolved_by: null },
  }
  await db.insertInto('delivery_exception').values(row).execute()
}

async function insertShipments(
  db: Kysely<Tables>,
  { shipments, parcels, labels, events }: ShipmentRows,
): Promise<void> {
  if (shipments.length > 0) await db.insertInto('shipment').values(shipments).execute()
  if (parcels.length > 0) await db.insertInto('parcel').values(parcels).execute()
  if (labels.length > 0) await db.insertInto('label').values(labels).execute()
  if (events.length > 0) await db.insertInto('tracking_event').values(events).execute()
}
