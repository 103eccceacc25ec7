import { BusinessError } from '@backroom/mcp-service'
import type { Kysely, Selectable } from 'kysely'
import { ulid } from 'ulid'
import type { CarrierAnswer } from './carrier/carrier.ts'
import type { Tables } from './database-tables.ts'
import { lockShipment, requireStatus, updateShipment } from './shipment.ts'

export type Pickup = Selectable<Tables['pickup']>

/**
 * Writes down that a labelled shipment is to be collected in a window; a shipment that waits for one answers with it.
 *
 * @throws {BusinessError} invalid_transition without a label; invalid_argument for a window that is over
 */
export async function requestPickup(
  db: Kysely<Tables>,
  { shipmentId, window, actor }: { shipmentId: string; window: { from: Date; to: Date }; actor: string },
): Promise<Pickup> {
  const shipment = await lockShipment(db, shipmentId)
  const existing = await livingPickup(db, shipmentId)
  if (existing) return existing
  requireStatus(shipment, ['labelled'], 'be collected; buy a label first')
  if (+window.to < Date.now())
    throw new BusinessError('invalid_argument', 'The window is over; choose one that is still to come.')
  await updateShipment(db, shipment, { window_from: window.from, window_to: window.to })
  return db
    .insertInto('pickup')
    .values({
      id: `pku_${ulid()}`,
      shipment_id: shipmentId,
      carrier_id: shipment.carrier_id as string,
      window_from: window.from,
      window_to: window.to,
      status: 'requested',
      requested_by: actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Books what a carrier answered. */
export async function settlePickup(
  db: Kysely<Tables>,
  id: string,
  answer: Exclude<CarrierAnswer<{ confirmation: string }>, { status: 'unknown' }>,
): Promise<Pickup> {
  const changes =
    answer.status === 'succeeded'
      ? ({ status: 'confirmed', confirmation: answer.confirmation } as const)
      : ({ status: 'failed', message: answer.message } as const)
  await db.updateTable('pickup').set(changes).where('id', '=', id).where('status', '=', 'requested').execute()
  return readPickup(db, id)
}

/** A pickup that was asked for and has not been made. */
function livingPickup(db: Kysely<Tables>, shipmentId: string): Promise<Pickup | undefined> {
  return db
    .selectFrom('pickup')
    .selectAll()
    .where('shipment_id', '=', shipmentId)
    .where((is) => is.or([is('status', '=', 'requested'), is('status', '=', 'confirmed')]))
    .executeTakeFirst()
}

/** Notes that the goods were collected. */
export async function endPickup(db: Kysely<Tables>, shipmentId: string): Promise<void> {
  await db
    .updateTable('pickup')
    .set({ status: 'done' })
    .where('shipment_id', '=', shipmentId)
    .where('status', '=', 'confirmed')
    .execute()
}

export function readPickup(db: Kysely<Tables>, id: string): Promise<Pickup> {
  return db.selectFrom('pickup').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}
