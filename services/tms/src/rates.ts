import { type Day, daysAfter } from '@backroom/calendar'
import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { connectedCarriers } from './carrier/carriers-in-use.ts'
import type { Tables } from './database-tables.ts'
import { dayIn } from './day.ts'
import { contains, type Depot } from './depot.ts'
import { type Coordinates, metresBetween } from './gazetteer.ts'
import type { Shipment } from './shipment.ts'

/** What is to travel, between a depot and a place. */
export interface Consignment {
  depot: Depot
  /** Undefined: nobody knows where it is, and the farthest zone counts. */
  place: Coordinates | undefined
  parcels: readonly { weightG: number; volumeCm3: number }[]
}

/** What a carrier asks for a consignment now. */
export interface Rate {
  rateId: string
  carrierId: string
  carrierName: string
  ownFleet: boolean
  service: string
  serviceName: string
  costMinor: number
  currency: string
  transitDays: number
  promisedOn: Day
}

/** Carriers charge for the space of light parcels: a kilogram for so many cubic centimetres. */
const CM3_PER_KG = 5_000

/** What the connected carriers ask for a consignment, the cheapest first. */
export async function quoteRates(
  db: Kysely<Tables>,
  consignment: Consignment,
  services?: readonly string[],
): Promise<Rate[]> {
  const zone = await zoneOf(db, consignment)
  const area = await areaOf(db, consignment)
  const heaviest = Math.max(...consignment.parcels.map(({ weightG }) => weightG))
  const rows = await db
    .selectFrom('rate_card as r')
    .innerJoin('carrier_service as s', (on) =>
      on.onRef('s.carrier_id', '=', 'r.carrier_id').onRef('s.code', '=', 'r.service'),
    )
    .innerJoin('carrier as c', 'c.id', 'r.carrier_id')
    .select([
      'r.carrier_id',
      'r.service',
      'r.transit_days',
      'r.base_minor',
      'r.per_kg_minor',
      's.name as service_name',
      's.fuel_bp',
      'c.name',
      'c.currency',
      'c.own_fleet',
    ])
    .where('r.zone', '=', zone)
    .where('c.active', '=', true)
    .where('c.id', '=', sql<string>`any(${connectedCarriers()})`)
    .where('s.max_weight_g', '>=', heaviest)
    .execute()
  const today = dayIn(consignment.depot.timezone)
  return rows
    .filter(({ own_fleet, service }) => (!own_fleet || area) && (!services?.length || services.includes(service)))
    .map((row) => {
      const costMinor = costOf(row, consignment)
      const late = row.own_fleet && area && isPast(area.cutoff_time, consignment.depot) ? 1 : 0
      const transitDays = row.transit_days + late
      return {
        rateId: `${row.carrier_id}.${row.service}.${costMinor}`,
        carrierId: row.carrier_id,
        carrierName: row.name,
        ownFleet: row.own_fleet,
        service: row.service,
        serviceName: row.service_name,
        costMinor,
        currency: row.currency,
        transitDays,
        promisedOn: daysAfter(today, transitDays),
      }
    })
    .sort((a, b) => a.costMinor - b.costMinor || a.transitDays - b.transitDays || (a.rateId < b.rateId ? -1 : 1))
}

/**
 * The rate to buy: the one that was chosen, as it was quoted; without a choice the cheapest that keeps the promise, and
 * where none does, the fastest.
 *
 * @throws {BusinessError} conflict when the chosen rate is not offered any more; not_found when nobody carries it
 */
export function chooseRate(rates: readonly Rate[], { id, promised_by }: Shipment, rateId: string | undefined): Rate {
  const [cheapest] = rates
  if (!cheapest) throw nobodyCarries(id)
  if (rateId !== undefined) return rates.find((rate) => rate.rateId === rateId) ?? notOffered(rates, id, rateId)
  const promised = promised_by.toISOString().slice(0, 10)
  const keeping = rates.find(({ promisedOn }) => promisedOn <= promised)
  return keeping ?? rates.reduce((fastest, rate) => (rate.transitDays < fastest.transitDays ? rate : fastest), cheapest)
}

function costOf(
  { base_minor, per_kg_minor, fuel_bp }: { base_minor: number; per_kg_minor: number; fuel_bp: number },
  { parcels }: Consignment,
): number {
  const prices = parcels.map(({ weightG, volumeCm3 }) => {
    const kilograms = Math.ceil(Math.max(weightG / 1_000, volumeCm3 / CM3_PER_KG))
    return base_minor + per_kg_minor * kilograms
  })
  return Math.ceil((prices.reduce((sum, price) => sum + price, 0) * (10_000 + fuel_bp)) / 10_000)
}

async function zoneOf(db: Kysely<Tables>, { depot, place }: Consignment): Promise<number> {
  const zones = await db.selectFrom('zone').selectAll().orderBy('up_to_km').execute()
  const km = place ? metresBetween(depot, place) / 1_000 : Number.POSITIVE_INFINITY
  const zone = zones.find(({ up_to_km }) => km <= up_to_km) ?? zones.at(-1)
  if (!zone) throw new Error('There are no zones to price by')
  return zone.zone
}

async function areaOf(db: Kysely<Tables>, { depot, place }: Consignment) {
  if (!place) return undefined
  const areas = await db.selectFrom('service_area').selectAll().where('depot_id', '=', depot.id).execute()
  return areas.find(({ polygon }) => contains(polygon, place))
}

function isPast(time: string, { timezone }: Depot): boolean {
  const shown = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit' })
  return shown.format(new Date()) > time
}

function nobodyCarries(id: string): BusinessError {
  return new BusinessError('not_found', `No connected carrier takes ${id}: it is too heavy, or nobody goes there.`, {
    details: { shipment_id: id, connected: connectedCarriers() },
    nextActions: [{ tool: 'quote_rates', arguments: { shipment_id: id } }],
  })
}

function notOffered(rates: readonly Rate[], id: string, rateId: string): never {
  throw new BusinessError(
    'conflict',
    `${rateId} is not offered for ${id} any more. The cheapest is ${rates[0]?.rateId}.`,
    {
      details: { rate_id: rateId, offered: rates.map((rate) => rate.rateId) },
      nextActions: [{ tool: 'quote_rates', arguments: { shipment_id: id } }],
    },
  )
}
