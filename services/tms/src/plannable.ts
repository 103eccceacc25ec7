import { type Day, daysAfter } from '@backroom/calendar'
import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { OWN_FLEET } from './carrier/own-fleet.ts'
import type { Load, Tables } from './database-tables.ts'
import { momentIn } from './day.ts'
import type { Depot } from './depot.ts'
import { type Parcel, parcelsOf, type Shipment } from './shipment.ts'

/** A shipment that waits for a route, with what it puts on board. */
export interface Waiting {
  shipment: Shipment
  kind: 'delivery' | 'pickup'
  load: Load
}

const MOST = 2_000

/**
 * What waits for a route of a depot on a day: the own fleet's labelled shipments and those whose delivery failed, and
 * returns that are to be fetched; without those whose window is on another day.
 *
 * @throws {BusinessError} invalid_argument naming every wanted shipment that does not wait, and why
 */
export async function waitingFor(
  db: Kysely<Tables>,
  depot: Depot,
  day: Day,
  wanted?: readonly string[],
): Promise<Waiting[]> {
  const { rows: ids } = await sql<{ id: string }>`
    select s.id from shipment s
    where s.depot_id = ${depot.id} and s.carrier_id = ${OWN_FLEET} and s.status = any(${['labelled', 'failed_attempt']})
      and (s.direction = 'outbound'
        or exists (select from pickup p where p.shipment_id = s.id and p.status = 'confirmed'))
      and (s.window_from is null or (s.window_from < ${momentIn(depot.timezone, daysAfter(day, 1), '00:00')}
        and s.window_to > ${momentIn(depot.timezone, day, '00:00')}))
      and not exists (select from stop t where t.shipment_id = s.id
        and t.status = any(${['scheduled', 'en_route', 'arrived']}))
    order by s.promised_by, s.id limit ${MOST}`.execute(db)
  const waiting = new Set(ids.map(({ id }) => id))
  const chosen = wanted ? [...new Set(wanted)] : [...waiting]
  const others = chosen.filter((id) => !waiting.has(id))
  if (others.length > 0) throw await notWaiting(db, depot, others)
  return withLoads(db, chosen)
}

/** Shipments with what they put on board, in the given order. */
export async function withLoads(db: Kysely<Tables>, ids: readonly string[]): Promise<Waiting[]> {
  const rows = await db.selectFrom('shipment').selectAll().where('id', '=', sql<string>`any(${ids})`).execute()
  const parcels = Map.groupBy(await parcelsOf(db, ids), ({ shipment_id }) => shipment_id)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => {
    const shipment = byId.get(id)
    if (!shipment) return []
    const kind = shipment.direction === 'outbound' ? ('delivery' as const) : ('pickup' as const)
    return [{ shipment, kind, load: loadOf(parcels.get(id) ?? []) }]
  })
}

function loadOf(parcels: readonly Parcel[]): Load {
  const total = (of: (parcel: Parcel) => number) => parcels.reduce((sum, parcel) => sum + of(parcel), 0)
  return [total(({ weight_g }) => weight_g), total(({ volume_cm3 }) => volume_cm3), parcels.length]
}

async function notWaiting(db: Kysely<Tables>, depot: Depot, ids: readonly string[]): Promise<BusinessError> {
  const rows = await db.selectFrom('shipment').selectAll().where('id', '=', sql<string>`any(${ids})`).execute()
  const reasons = Object.fromEntries(
    ids.map((id) => [
      id,
      whyNot(
        rows.find((row) => row.id === id),
        depot,
      ),
    ]),
  )
  const sentences = Object.entries(reasons).map(([id, reason]) => `${id} ${reason}`)
  return new BusinessError('invalid_argument', `Not every shipment waits for a route: ${sentences.join('; ')}.`, {
    details: { reasons },
    nextActions: [{ tool: 'track_shipment', hint: 'See what each of them waits for.' }],
  })
}

function whyNot(shipment: Shipment | undefined, depot: Depot): string {
  if (!shipment) return 'does not exist'
  if (shipment.depot_id !== depot.id) return `belongs to ${shipment.depot_id}`
  if (shipment.carrier_id === null) return 'has no label yet'
  if (shipment.carrier_id !== OWN_FLEET) return `travels with ${shipment.carrier_id}`
  if (shipment.status !== 'labelled' && shipment.status !== 'failed_attempt') return `is ${shipment.status}`
  if (shipment.direction === 'return') return 'is not to be fetched yet; use schedule_pickup'
  return 'has its window on another day'
}
