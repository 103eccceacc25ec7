import { DAY_MS } from '@backroom/calendar'
import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { BoughtLabel, CarrierAnswer, LabelRequest } from './carrier/carrier.ts'
import { consignmentOf } from './consignment.ts'
import type { Tables } from './database-tables.ts'
import { insertParcelLabels } from './parcel-label.ts'
import { chooseRate, quoteRates } from './rates.ts'
import { lockShipment, parcelsOf, readShipment, requireStatus, type Shipment, updateShipment } from './shipment.ts'

export type Label = Selectable<Tables['label']>

const living = ['requested', 'purchased', 'void_requested'] as const

/**
 * Writes down that a label is to be bought for a shipment, at a rate that was chosen or is chosen here. A shipment that
 * has one answers with it.
 *
 * @throws {BusinessError} not_found; invalid_transition for a shipment that has left; conflict for a rate that is gone
 */
export async function requestLabel(
  db: Kysely<Tables>,
  { shipmentId, rateId, actor }: { shipmentId: string; rateId?: string | undefined; actor: string },
): Promise<Label> {
  const shipment = await lockShipment(db, shipmentId)
  const existing = await livingLabel(db, shipmentId)
  if (existing) return existing
  requireStatus(shipment, ['created', 'rated'], 'get a label')
  const rate = chooseRate(await quoteRates(db, await consignmentOf(db, shipment)), shipment, rateId)
  await updateShipment(db, shipment, { status: 'rated', carrier_id: rate.carrierId })
  return db
    .insertInto('label')
    .values({
      id: `lbl_${ulid()}`,
      shipment_id: shipmentId,
      carrier_id: rate.carrierId,
      service: rate.service,
      cost_minor: rate.costMinor,
      currency: rate.currency,
      promised_on: rate.promisedOn,
      status: 'requested',
      requested_by: actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** What a carrier is told of a label. */
export async function labelRequest(db: Kysely<Tables>, labelId: string): Promise<LabelRequest & { carrierId: string }> {
  const label = await readLabel(db, labelId)
  const shipment = await readShipment(db, label.shipment_id)
  const parcels = await parcelsOf(db, [shipment.id])
  const requestedOn = Date.parse(label.requested_at.toISOString().slice(0, 10))
  const days = Math.round((Date.parse(label.promised_on) - requestedOn) / DAY_MS)
  return {
    labelId,
    carrierId: label.carrier_id,
    service: label.service,
    from: shipment.ship_from,
    to: shipment.ship_to,
    parcels: parcels.map(({ barcode, weight_g }) => ({ barcode, weightG: weight_g })),
    transitDays: Math.max(0, days),
    costMinor: label.cost_minor,
  }
}

/** Books what a carrier answered to the request for a label; an answer that is known changes nothing. */
export async function settleLabel(
  db: Kysely<Tables>,
  labelId: string,
  answer: Exclude<CarrierAnswer<BoughtLabel>, { status: 'unknown' }>,
): Promise<Label> {
  const { shipment_id } = await readLabel(db, labelId)
  const shipment = await lockShipment(db, shipment_id)
  const label = await readLabel(db, labelId)
  if (label.status !== 'requested') return label
  const bought = answer.status === 'succeeded'
  if (bought) await insertParcelLabels(db, label, answer.parcels)
  if (shipment.status === 'rated') await updateShipment(db, shipment, { status: bought ? 'labelled' : 'created' })
  return setLabel(
    db,
    labelId,
    bought ? { status: 'purchased', purchased_at: new Date() } : { status: 'failed', message: answer.message },
  )
}

/**
 * Writes down that a label is to be given back.
 *
 * @throws {BusinessError} invalid_transition once the shipment is planned or has left
 */
export async function requestVoid(db: Kysely<Tables>, wanted: { id: string }): Promise<Label> {
  const { shipment_id } = await readLabel(db, wanted.id)
  const shipment = await lockShipment(db, shipment_id)
  const label = await readLabel(db, wanted.id)
  if (label.status !== 'purchased') {
    if (label.status === 'void_requested' || label.status === 'voided') return label
    throw new BusinessError('invalid_transition', `${label.id} is ${label.status}; there is nothing to give back.`, {
      details: { status: label.status, legal: ['purchased'] },
    })
  }
  requireStatus(shipment, ['labelled', 'voided'], 'give its label back')
  return setLabel(db, label.id, { status: 'void_requested' })
}

/** Books what a carrier answered to a label that was given back. Without it the shipment can get another. */
export async function settleVoid(
  db: Kysely<Tables>,
  labelId: string,
  answer: Exclude<CarrierAnswer<{ refundMinor: number }>, { status: 'unknown' }>,
): Promise<Label> {
  const { shipment_id } = await readLabel(db, labelId)
  const shipment = await lockShipment(db, shipment_id)
  const label = await readLabel(db, labelId)
  if (label.status !== 'void_requested') return label
  if (answer.status === 'failed') return setLabel(db, labelId, { status: 'purchased', message: answer.message })
  if (shipment.status === 'labelled') await updateShipment(db, shipment, { status: 'created', carrier_id: null })
  return setVoided(db, labelId, answer.refundMinor)
}

/** Books that a label was given back. */
export function setVoided(db: Kysely<Tables>, labelId: string, refundMinor: number): Promise<Label> {
  const changes = { status: 'voided', refund_minor: refundMinor, voided_at: new Date(), message: null } as const
  return setLabel(db, labelId, changes)
}

/** The label that a shipment has, or is about to have. */
export function livingLabel(db: Kysely<Tables>, shipmentId: string): Promise<Label | undefined> {
  return db
    .selectFrom('label')
    .selectAll()
    .where('shipment_id', '=', shipmentId)
    .where('status', '=', sql<Label['status']>`any(${living})`)
    .executeTakeFirst()
}

/** The label that a shipment has or had last. */
export function latestLabel(db: Kysely<Tables>, { id }: Pick<Shipment, 'id'>): Promise<Label | undefined> {
  return db
    .selectFrom('label')
    .selectAll()
    .where('shipment_id', '=', id)
    .orderBy(sql`status = 'failed'`)
    .orderBy('id', 'desc')
    .executeTakeFirst()
}

/**
 * @throws {BusinessError} not_found
 */
export async function readLabel(db: Kysely<Tables>, id: string): Promise<Label> {
  const row = await db.selectFrom('label').selectAll().where('id', '=', id).executeTakeFirst()
  if (row) return row
  throw new BusinessError('not_found', `There is no label ${id}.`, {
    nextActions: [{ tool: 'track_shipment', hint: 'It tells the label of a shipment.' }],
  })
}

type LabelChanges = Partial<Pick<Label, 'status' | 'purchased_at' | 'message' | 'refund_minor' | 'voided_at'>>

function setLabel(db: Kysely<Tables>, id: string, changes: LabelChanges): Promise<Label> {
  return db.updateTable('label').set(changes).where('id', '=', id).returningAll().executeTakeFirstOrThrow()
}
