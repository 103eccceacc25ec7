import { type Kysely, type Selectable, sql } from 'kysely'
import type { ParcelLine, Tables, TrackingCode } from './database-tables.ts'
import { openException } from './exception.ts'
import { report } from './facts.ts'
import { type Parcel, parcelsOf, type Shipment } from './shipment.ts'
import { foldShipment, type ShipmentState } from './shipment-state.ts'

export type TrackingEvent = Selectable<Tables['tracking_event']>

/** Something that happened to a shipment. The same source and id again is the same happening. */
export interface NewEvent {
  source: string
  sourceEventId: string
  code: TrackingCode
  occurredAt: Date
  /** The parcel that it happened to; absent: all parcels of the shipment. */
  parcelId?: string | undefined
  place?: string | null | undefined
  detail?: string | null | undefined
  raw?: unknown
}

/**
 * Writes what happened to a locked shipment, works its state out anew and tells what others wait for. An event that is
 * known changes nothing.
 *
 * @returns the shipment as it is now
 */
export async function recordEvents(
  db: Kysely<Tables>,
  shipment: Shipment,
  events: readonly NewEvent[],
): Promise<Shipment> {
  const fresh = await insertEvents(db, shipment.id, events)
  if (fresh.length === 0) return shipment
  const parcels = await parcelsOf(db, [shipment.id])
  const state = stateOf(parcels, await eventsOf(db, shipment.id))
  const now = await applyState(db, shipment, state)
  await reportMovement(db, shipment, now, arrivedLines(parcels, state))
  for (const { source, source_event_id, detail } of fresh.filter(isCarriersException))
    await openException(db, now, {
      type: exceptionTypeOf(detail),
      note: detail ?? undefined,
      cause: `${source}:${source_event_id}`,
      reportedBy: source,
    })
  return now
}

/** Everything that was heard of a shipment, in the order in which it happened. */
export function eventsOf(db: Kysely<Tables>, shipmentId: string): Promise<TrackingEvent[]> {
  return db
    .selectFrom('tracking_event')
    .selectAll()
    .where('shipment_id', '=', shipmentId)
    .orderBy('occurred_at')
    .orderBy('id')
    .execute()
}

/** What the events of a shipment amount to, for it and each of its parcels. */
export function stateOf(parcels: readonly Parcel[], events: readonly TrackingEvent[]): ShipmentState {
  return foldShipment(
    parcels.map(({ id }) => id),
    events.map(happeningOf),
  )
}

function insertEvents(db: Kysely<Tables>, shipmentId: string, events: readonly NewEvent[]): Promise<TrackingEvent[]> {
  return db
    .insertInto('tracking_event')
    .values(
      events.map(({ source, sourceEventId, code, occurredAt, parcelId, place, detail, raw }) => ({
        shipment_id: shipmentId,
        parcel_id: parcelId ?? null,
        source,
        source_event_id: sourceEventId,
        code,
        occurred_at: occurredAt,
        place: place ?? null,
        detail: detail ?? null,
        raw: raw === undefined ? null : JSON.stringify(raw),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .execute()
}

function happeningOf({ code, occurred_at, parcel_id, source, source_event_id }: TrackingEvent) {
  return { code, occurredAt: occurred_at, parcelId: parcel_id, source, sourceEventId: source_event_id }
}

function applyState(db: Kysely<Tables>, shipment: Shipment, state: ShipmentState): Promise<Shipment> {
  return db
    .updateTable('shipment')
    .set({
      status: state.status ?? shipment.status,
      last_scan_at: state.lastScanAt ?? null,
      picked_up_at: state.pickedUpAt ?? null,
      delivered_at: state.deliveredAt ?? null,
      returned_at: state.returnedAt ?? null,
      version: sql<number>`version + 1`,
    })
    .where('id', '=', shipment.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/**
 * Each is told when it first becomes known; ids of facts are natural, so that nothing is told twice. `lines`: the units
 * that arrived, where not all did.
 */
async function reportMovement(
  db: Kysely<Tables>,
  before: Shipment,
  now: Shipment,
  lines: ParcelLine[] | undefined,
): Promise<void> {
  const { id, order_ref, shipment_ref, direction, rma_number } = now
  const base = { shipment_id: id, order_ref, shipment_ref, direction }
  const at = (moment: Date) => ({ ...base, occurred_at: moment.toISOString() })
  if (!before.picked_up_at && now.picked_up_at) await report(db, 'shipment.picked_up.v1', id, at(now.picked_up_at))
  if (!before.delivered_at && now.delivered_at) {
    const proof = await db
      .selectFrom('proof_of_delivery')
      .select('id')
      .where('shipment_id', '=', id)
      .orderBy('id', 'desc')
      .executeTakeFirst()
    const data = { ...at(now.delivered_at), rma_number, proof_id: proof?.id ?? null, ...(lines ? { lines } : {}) }
    await report(db, 'shipment.delivered.v1', id, data)
  }
  if (!before.returned_at && now.returned_at) await report(db, 'shipment.returned.v1', id, at(now.returned_at))
}

/** The units of the parcels that arrived; undefined where all did. */
function arrivedLines(parcels: readonly Parcel[], state: ShipmentState): ParcelLine[] | undefined {
  const arrived = parcels.filter(({ id }) => state.parcels.get(id)?.deliveredAt)
  if (arrived.length === parcels.length) return undefined
  const units = Map.groupBy(
    arrived.flatMap(({ lines }) => lines),
    ({ sku }) => sku,
  )
  const lines = [...units].map(([sku, parts]) => ({ sku, qty: parts.reduce((sum, { qty }) => sum + qty, 0) }))
  return lines.length > 0 ? lines : undefined
}

function isCarriersException({ code, source, detail }: TrackingEvent): boolean {
  return source !== 'tms' && (code === 'exception' || (code === 'failed_attempt' && /refus/i.test(detail ?? '')))
}

function exceptionTypeOf(detail: string | null): 'damage' | 'refused' | 'address' | 'other' {
  if (/damag/i.test(detail ?? '')) return 'damage'
  if (/refus/i.test(detail ?? '')) return 'refused'
  if (/address/i.test(detail ?? '')) return 'address'
  return 'other'
}
