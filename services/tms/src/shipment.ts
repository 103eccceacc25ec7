import { isDeepStrictEqual } from 'node:util'
import { DAY_MS } from '@backroom/calendar'
import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Direction, ParcelLine, PostalAddress, ShipmentStatus, Tables } from './database-tables.ts'
import { type Depot, requireDepot } from './depot.ts'
import { type Coordinates, locate } from './gazetteer.ts'

export type Shipment = Selectable<Tables['shipment']>
export type Parcel = Selectable<Tables['parcel']>

/** A parcel as its sender describes it. */
export interface NewParcel {
  package_id?: string | undefined
  weight_g: number | null
  volume_cm3?: number | undefined
  lines: readonly ParcelLine[]
}

export interface NewShipment {
  direction: Direction
  orderRef?: string | undefined
  shipmentRef?: string | undefined
  rmaNumber?: string | undefined
  replaces?: string | undefined
  warehouse: string
  /** The end that is not the depot. */
  address: PostalAddress
  coordinates?: Coordinates | undefined
  serviceLevel: string
  packages: readonly NewParcel[]
  window?: { from: Date; to: Date } | undefined
  promisedBy?: Date | undefined
  skills?: readonly string[] | undefined
  priority?: number | undefined
  declaredValueMinor?: number | undefined
  codMinor?: number | undefined
  currency: string
  actor: string
}

/** Statuses in which nothing has been handed to anybody. */
export const unsentStatuses: readonly ShipmentStatus[] = ['created', 'rated', 'labelled', 'planned', 'ready']
/** Statuses in which a shipment is in the hands of a carrier or driver. */
export const movingStatuses: readonly ShipmentStatus[] = [
  'picked_up',
  'in_transit',
  'out_for_delivery',
  'failed_attempt',
  'held_at_location',
  'return_to_sender',
  'exception',
]

/** A parcel of unknown weight and size: a shoe box. */
export const USUAL_WEIGHT_G = 2_000
export const USUAL_VOLUME_CM3 = 8_000

/**
 * Makes a shipment, once for a shipment_ref or the return that it brings back: the same again answers with it.
 *
 * @throws {BusinessError} not_found for an unknown depot or service level; conflict when the reference stands for
 *   something else; invalid_argument for a window in the past
 */
export async function createShipment(db: Kysely<Tables>, request: NewShipment): Promise<Shipment> {
  const depot = await requireDepot(db, request.warehouse)
  const existing = await findExisting(db, request)
  if (existing) return requireSame(existing, request, depot)
  const days = await promisedDays(db, request.serviceLevel)
  if (request.window && +request.window.to < Date.now())
    throw new BusinessError('invalid_argument', 'The window is over; choose one that is still to come.')
  const { direction, address, window } = request
  const place = request.coordinates ?? locate(address)
  const row = await db
    .insertInto('shipment')
    .values({
      id: `cns_${ulid()}`,
      direction,
      order_ref: request.orderRef ?? null,
      shipment_ref: request.shipmentRef ?? null,
      rma_number: request.rmaNumber ?? null,
      replaces: request.replaces ?? null,
      depot_id: depot.id,
      ship_from: JSON.stringify(direction === 'outbound' ? depot.address : address),
      ship_to: JSON.stringify(direction === 'outbound' ? address : depot.address),
      latitude: place?.latitude ?? null,
      longitude: place?.longitude ?? null,
      geocode_quality: request.coordinates ? 'given' : (locate(address)?.quality ?? 'none'),
      service_level: request.serviceLevel,
      status: 'created',
      promised_by: request.promisedBy ?? window?.to ?? new Date(Date.now() + days * DAY_MS),
      window_from: window?.from ?? null,
      window_to: window?.to ?? null,
      skills: [...(request.skills ?? [])],
      priority: request.priority ?? 50,
      declared_value_minor: request.declaredValueMinor ?? null,
      cod_minor: request.codMinor ?? null,
      currency: request.currency,
      created_by: request.actor,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!row) return requireSame((await findExisting(db, request)) as Shipment, request, depot)
  await insertParcels(db, row.id, request.packages)
  return row
}

/** Locks a shipment until the transaction ends; fails as {@link readShipment} does. */
export async function lockShipment(db: Kysely<Tables>, id: string): Promise<Shipment> {
  const row = await db.selectFrom('shipment').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw unknownShipment(id)
  return row
}

/**
 * @throws {BusinessError} not_found
 */
export async function readShipment(db: Kysely<Tables>, id: string): Promise<Shipment> {
  const row = await db.selectFrom('shipment').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw unknownShipment(id)
  return row
}

/** The parcels of shipments, in order. */
export function parcelsOf(db: Kysely<Tables>, ids: readonly string[]): Promise<Parcel[]> {
  return db
    .selectFrom('parcel')
    .selectAll()
    .where('shipment_id', '=', sql<string>`any(${ids})`)
    .orderBy('shipment_id')
    .orderBy('seq')
    .execute()
}

/** Changes a locked shipment. @returns it as it is now */
export function updateShipment(
  db: Kysely<Tables>,
  { id }: Pick<Shipment, 'id'>,
  changes: Partial<
    Pick<Shipment, 'status' | 'carrier_id' | 'void_reason' | 'window_from' | 'window_to' | 'lost_reported_at'>
  >,
): Promise<Shipment> {
  return db
    .updateTable('shipment')
    .set((of) => ({ ...changes, version: of('version', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/**
 * @throws {BusinessError} invalid_transition with the legal set
 */
export function requireStatus({ id, status }: Shipment, legal: readonly ShipmentStatus[], what: string): void {
  if (legal.includes(status)) return
  throw new BusinessError('invalid_transition', `${id} is ${status} and cannot ${what}.`, {
    details: { status, legal },
    nextActions: [{ tool: 'track_shipment', arguments: { shipment_id: id } }],
  })
}

function findExisting(
  db: Kysely<Tables>,
  { direction, shipmentRef, rmaNumber }: NewShipment,
): Promise<Shipment | undefined> | undefined {
  const query = db.selectFrom('shipment').selectAll()
  if (shipmentRef !== undefined) return query.where('shipment_ref', '=', shipmentRef).executeTakeFirst()
  if (direction === 'outbound' || rmaNumber === undefined) return undefined
  return query
    .where('rma_number', '=', rmaNumber)
    .where('direction', '=', direction)
    .where('status', '<>', 'voided')
    .executeTakeFirst()
}

/** @throws {BusinessError} conflict */
function requireSame(existing: Shipment, request: NewShipment, depot: Depot): Shipment {
  const address = existing.direction === 'outbound' ? existing.ship_to : existing.ship_from
  const same =
    existing.direction === request.direction &&
    existing.order_ref === (request.orderRef ?? null) &&
    existing.depot_id === depot.id &&
    isDeepStrictEqual(JSON.parse(JSON.stringify(address)), JSON.parse(JSON.stringify(request.address)))
  if (same) return existing
  throw new BusinessError('conflict', `${request.shipmentRef ?? request.rmaNumber} is another shipment already.`, {
    details: { shipment_id: existing.id },
    nextActions: [{ tool: 'track_shipment', arguments: { shipment_id: existing.id } }],
  })
}

async function promisedDays(db: Kysely<Tables>, level: string): Promise<number> {
  const levels = await db.selectFrom('service_level').selectAll().orderBy('days').execute()
  const found = levels.find(({ code }) => code === level)
  if (found) return found.days
  const codes = levels.map(({ code }) => code)
  throw new BusinessError('not_found', `There is no service level ${level}. There are ${codes.join(', ')}.`, {
    details: { unknown_service_level: level, service_levels: codes },
  })
}

async function insertParcels(db: Kysely<Tables>, id: string, parcels: readonly NewParcel[]): Promise<void> {
  await db
    .insertInto('parcel')
    .values(
      parcels.map(({ package_id, weight_g, volume_cm3, lines }, index) => ({
        id: `prc_${ulid()}`,
        shipment_id: id,
        seq: index + 1,
        package_id: package_id ?? null,
        barcode: `${id.slice(4)}-${index + 1}`,
        weight_g: weight_g ?? USUAL_WEIGHT_G,
        volume_cm3: volume_cm3 ?? USUAL_VOLUME_CM3,
        lines: JSON.stringify(lines),
      })),
    )
    .execute()
}

function unknownShipment(id: string): BusinessError {
  return new BusinessError('not_found', `There is no shipment ${id}.`, {
    nextActions: [{ tool: 'track_shipment', hint: 'Find it by order_ref or tracking_no.' }],
  })
}
