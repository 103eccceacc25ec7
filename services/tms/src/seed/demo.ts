import { daysAfter } from '@backroom/calendar'
import { demoOrders, type SeededRandom, seededRandom } from '@backroom/demo-data'
import type { Insertable, Kysely } from 'kysely'
import { OWN_FLEET } from '../carrier/own-fleet.ts'
import type { Tables } from '../database-tables.ts'
import { dayIn } from '../day.ts'
import { demoCarriers, demoLimits, demoRateCards, demoServiceLevels, demoServices, demoZones } from './carriers.ts'
import { insertDrivenRoute } from './driven-route.ts'
import { localShipments } from './local-shipments.ts'
import { demoAreas, demoDepots, demoDrivers, demoHoursRules, demoVehicles } from './network.ts'
import { insertShipments, orderShipments } from './order-shipments.ts'

const SEED = 2027
const HOUR_MS = 3_600_000
const WAITING = 8
const STOPS = 6
/** Driver of the account `driver@`. */
const DRIVER = { depot: 'DEP-2', id: 'drv-03' }

/**
 * Fills empty tables: three depots with drivers and vehicles, carriers and what they charge, the parcels of the shop's
 * orders where the other servers say that they are, deliveries to partner shops that wait for a route, one driver's route
 * of yesterday and the one that is on the road now, and what went wrong meanwhile.
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
    const day = daysAfter(dayIn(depot.timezone, new Date(now)), 1)
    await insertShipments(db, localShipments(depot, { day, count: WAITING, name: day }, random))
  }
  await driveRounds(db, now, random)
  await insertExceptions(db)
}

/** Yesterday's round of a driver, and today's, which is under way at whatever hour this is. */
async function driveRounds(db: Kysely<Tables>, now: number, random: SeededRandom): Promise<void> {
  const depot = demoDepots.find(({ id }) => id === DRIVER.depot)
  if (!depot) throw new Error(`No depot is ${DRIVER.depot}`)
  const today = dayIn(depot.timezone, new Date(now))
  for (const { day, hoursAgo } of [
    { day: daysAfter(today, -1), hoursAgo: 26 },
    { day: today, hoursAgo: 1.5 },
  ]) {
    const rows = localShipments(depot, { day, count: STOPS, name: `${day}-driven` }, random)
    for (const shipment of rows.shipments) Object.assign(shipment, { window_from: null, window_to: null })
    const startsAt = new Date(now - hoursAgo * HOUR_MS)
    await insertDrivenRoute(db, { depot, driverId: DRIVER.id, day, startsAt, now }, rows, random)
  }
}

/** What somebody has to look at: a parcel that is late, one whose address nobody finds, and a shop that was closed. */
async function insertExceptions(db: Kysely<Tables>): Promise<void> {
  const [late, lost] = await db
    .selectFrom('shipment')
    .select('id')
    .where('status', '=', 'in_transit')
    .orderBy('id')
    .limit(2)
    .execute()
  const rows: Insertable<Tables['delivery_exception']>[] = []
  const note = (shipment: { id: string } | undefined, type: 'delay' | 'address', text: string) => {
    if (!shipment) return
    rows.push({
      ...{ id: `exc_demo_${type}`, shipment_id: shipment.id, type, severity: type === 'delay' ? 'low' : 'medium' },
      ...{ status: 'open', note: text, cause: `demo:${type}`, reported_by: 'parcelhop' },
      ...{ resolution: null, resolution_note: null, resolved_by: null },
    })
  }
  note(late, 'delay', 'Missed its truck')
  note(lost, 'address', 'No such house number')
  if (rows.length > 0) await db.insertInto('delivery_exception').values(rows).execute()
  await missOne(db)
}

/** A delivery of the other day found nobody in, and waits for another try. */
async function missOne(db: Kysely<Tables>): Promise<void> {
  const shop = await db
    .selectFrom('shipment')
    .select(['id', 'created_at'])
    .where('depot_id', '=', 'DEP-1')
    .where('status', '=', 'labelled')
    .orderBy('id')
    .executeTakeFirst()
  if (!shop) return
  const moment = (hours: number) => new Date(+shop.created_at + hours * HOUR_MS)
  const event = (code: 'picked_up' | 'out_for_delivery' | 'failed_attempt', hours: number, detail: string | null) => ({
    ...{ shipment_id: shop.id, source: OWN_FLEET, source_event_id: `demo:${code}`, code, place: null, detail },
    ...{ occurred_at: moment(hours), received_at: moment(hours) },
  })
  const events = [
    event('picked_up', 1, null),
    event('out_for_delivery', 1, null),
    event('failed_attempt', 3, 'not_home: closed for stocktaking'),
  ]
  await db.insertInto('tracking_event').values(events).execute()
  const told = { status: 'failed_attempt', picked_up_at: moment(1), last_scan_at: moment(3) } as const
  await db.updateTable('shipment').set(told).where('id', '=', shop.id).execute()
}
