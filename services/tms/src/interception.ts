import type { Kysely, Selectable } from 'kysely'
import { ulid } from 'ulid'
import { OWN_FLEET } from './carrier/own-fleet.ts'
import type { Tables } from './database-tables.ts'
import { latestLabel, livingLabel, setVoided } from './label.ts'
import { parcelLabelsOf } from './parcel-label.ts'
import { lockShipment, readShipment, type Shipment, unsentStatuses, updateShipment } from './shipment.ts'
import { withdrawStop } from './stop.ts'
import { recordEvents } from './tracking.ts'

export type Interception = Selectable<Tables['interception']>

/**
 * Writes down that a shipment is to come back. What nobody else has is voided at once, and a driver of the own fleet
 * brings it back; a carrier has to be asked. The same shipment again answers with what was written.
 */
export async function requestInterception(
  db: Kysely<Tables>,
  { shipmentId, reason, actor }: { shipmentId: string; reason: string; actor: string },
): Promise<Interception> {
  const shipment = await lockShipment(db, shipmentId)
  const earlier = await db
    .selectFrom('interception')
    .selectAll()
    .where('shipment_id', '=', shipmentId)
    .executeTakeFirst()
  if (earlier) return earlier
  const id = `icp_${ulid()}`
  const intercepted = await stopHere(db, shipment, { id, reason })
  return db
    .insertInto('interception')
    .values({ id, shipment_id: shipmentId, reason, intercepted, requested_by: actor })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Books what the carrier answered, unless it is known. `unused`: the label was given back, so that nothing leaves. */
export async function settleInterception(
  db: Kysely<Tables>,
  id: string,
  { intercepted, unused }: { intercepted: boolean; unused?: { labelId: string; refundMinor: number } },
): Promise<void> {
  if (unused) {
    const { shipmentId, reason } = await readInterception(db, id)
    const shipment = await lockShipment(db, shipmentId)
    await setVoided(db, unused.labelId, unused.refundMinor)
    if (unsentStatuses.includes(shipment.status))
      await updateShipment(db, shipment, { status: 'voided', void_reason: reason })
  }
  await db
    .updateTable('interception')
    .set({ intercepted })
    .where('id', '=', id)
    .where('intercepted', 'is', null)
    .execute()
}

/** An interception with whom to ask. */
export async function readInterception(db: Kysely<Tables>, id: string) {
  const row = await db.selectFrom('interception').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const shipment = await readShipment(db, row.shipment_id)
  const label = await latestLabel(db, shipment)
  return {
    shipmentId: shipment.id,
    reason: row.reason,
    intercepted: row.intercepted,
    label: label?.purchased_at
      ? {
          id: label.id,
          carrierId: label.carrier_id,
          trackingNos: (await parcelLabelsOf(db, label.id)).map(({ tracking_no }) => tracking_no),
        }
      : undefined,
    unsent: unsentStatuses.includes(shipment.status),
  }
}

/** Whether it comes back, as far as that is known without asking anybody; null: a carrier must be asked. */
async function stopHere(
  db: Kysely<Tables>,
  shipment: Shipment,
  { id, reason }: { id: string; reason: string },
): Promise<boolean | null> {
  const ofCarrier = shipment.carrier_id !== OWN_FLEET
  if (unsentStatuses.includes(shipment.status)) {
    const label = await livingLabel(db, shipment.id)
    if (ofCarrier && label && label.status !== 'requested') return null
    await withdrawStop(db, shipment.id, reason)
    await updateShipment(db, shipment, { status: 'voided', void_reason: reason })
    if (label?.status === 'purchased') await setVoided(db, label.id, 0)
    return true
  }
  if (shipment.status === 'voided' || shipment.status === 'return_to_sender' || shipment.status === 'returned')
    return true
  if (shipment.status === 'delivered' || shipment.status === 'delivery_disputed' || shipment.status === 'lost')
    return false
  if (ofCarrier) return null
  const withdrawn = await withdrawStop(db, shipment.id, reason)
  if (!withdrawn && shipment.status !== 'failed_attempt') return false
  await recordEvents(db, shipment, [
    { source: OWN_FLEET, sourceEventId: id, code: 'return_to_sender', occurredAt: new Date(), detail: reason },
  ])
  return true
}
