import { type Kysely, type Selectable, sql } from 'kysely'
import type { Tables, TrackingCode } from './database-tables.ts'
import { openException } from './exception.ts'
import { report } from './facts.ts'
import type { Shipment } from './shipment.ts'
import { foldTracking, type TrackingState } from './tracking-state.ts'

export type TrackingEvent = Selectable<Tables['tracking_event']>

/** Something that happened to a shipment. The same source and id again is the same happening. */
export interface NewEvent {
  source: string
  sourceEventId: string
  code: TrackingCode
  occurredAt: Date
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
  const state = foldTracking((await eventsOf(db, shipment.id)).map(happeningOf))
  const now = await applyState(db, shipment, state)
  await reportMovement(db, shipment, now)
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

function insertEvents(db: Kysely<Tables>, shipmentId: string, events: readonly NewEvent[]): Promise<TrackingEvent[]> {
  return db
    .insertInto('tracking_event')
    .values(
      events.map(({ source, sourceEventId, code, occurredAt, place, detail, raw }) => ({
        shipment_id: shipmentId,
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

function happeningOf({ code, occurred_at, source, source_event_id }: TrackingEvent) {
  return { code, occurredAt: occurred_at, source, sourceEventId: source_event_id }
}

function applyState(db: Kysely<Tables>, shipment: Shipment, state: TrackingState): Promise<Shipment> {
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

/** Each is told when it first becomes known; ids of facts are natural, so that nothing is told twice. */
async function reportMovement(db: Kysely<Tables>, before: Shipment, now: Shipment): Promise<void> {
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
    const data = { ...at(now.delivered_at), rma_number, proof_id: proof?.id ?? null }
    await report(db, 'shipment.delivered.v1', id, data)
  }
  if (!before.returned_at && now.returned_at) await report(db, 'shipment.returned.v1', id, at(now.returned_at))
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
