import { BusinessError } from '@backroom/mcp-service'
import { defineWorkflow, StepFailed, type Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { lockOrder } from '../order.ts'
import { amountToShip, linesOf } from '../order-line.ts'
import { findShipment, shipmentLinesOf } from '../shipment.ts'
import { recordEvent } from '../timeline.ts'
import { buyLabel, createShipment, type PackedParcel } from './carrier-calls.ts'
import { takeBack } from './withdraw-parcel.ts'

export interface PackedInput {
  orderId: string
  shipmentRef: string
  packages: PackedParcel['packages']
}

/**
 * Brings a packed parcel to logistics and buys its label. Where that fails the parcel goes out as the warehouse sends it,
 * and its money is taken when it leaves.
 */
export const shipParcel = defineWorkflow<Tables>()({
  name: 'ship_parcel',
  kind: 'ship',
  async run(input: PackedInput, steps): Promise<void> {
    if (!steps.isDeployed('tms')) return
    const parcel = await steps.transaction('parcel', (db) => parcelOf(db, input))
    if (!parcel) return
    try {
      await book(steps, parcel)
    } catch (error) {
      if (!(error instanceof BusinessError || error instanceof StepFailed)) throw error
      await steps.transaction('without_label', (db) => noteNoLabel(db, input, error.message))
    }
  },
})

async function book(steps: Steps<Tables>, parcel: PackedParcel): Promise<void> {
  const { orderId, shipmentRef } = parcel
  const shipmentId = await createShipment(steps, 'create', parcel)
  const label = await buyLabel(steps, 'label', shipmentId)
  const wanted = await steps.transaction('booked', (db) => noteBooked(db, parcel, shipmentId, label))
  if (!wanted) await takeBack(steps, { orderId, shipmentRef, tmsShipmentId: shipmentId }, 'was unpacked')
}

/** Undefined when the units have been cancelled in the meantime. */
async function parcelOf(
  db: Kysely<Tables>,
  { orderId, shipmentRef, packages }: PackedInput,
): Promise<PackedParcel | undefined> {
  const order = await lockOrder(db, orderId)
  const shipment = await findShipment(db, shipmentRef)
  const isUnderWay = shipment?.status === 'packed' || shipment?.status === 'shipped'
  if (!isUnderWay || shipment.tms_shipment_id) return undefined
  const units = await shipmentLinesOf(db, [shipmentRef])
  if (units.length === 0) return undefined
  const lines = await linesOf(db, [orderId])
  const worth = units.map(({ order_line_id, qty }) => {
    const line = lines.find(({ id }) => id === order_line_id)
    return line ? amountToShip(line, qty) : 0
  })
  return {
    orderId,
    shipmentRef,
    warehouse: shipment.warehouse,
    shipTo: order.ship_to,
    serviceLevel: order.shipping_option.code,
    packages,
    declaredMinor: worth.reduce((sum, minor) => sum + minor, 0),
    currency: order.currency,
  }
}

/** @returns whether the parcel is still there */
async function noteBooked(
  db: Kysely<Tables>,
  { orderId, shipmentRef }: PackedParcel,
  shipmentId: string,
  { carrier, tracking_no: tracking }: { carrier: string; tracking_no: string },
): Promise<boolean> {
  await lockOrder(db, orderId)
  const { numUpdatedRows } = await db
    .updateTable('shipment')
    .set({ tms_shipment_id: shipmentId, carrier, tracking })
    .where('shipment_ref', '=', shipmentRef)
    .where(({ exists, selectFrom }) =>
      exists(selectFrom('shipment_line').select('sku').where('shipment_line.shipment_ref', '=', shipmentRef)),
    )
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return false
  const data = { shipment_ref: shipmentRef, carrier, tracking }
  await recordEvent(db, { orderId, type: 'shipment.labelled', actor: 'orders', rank: 7, data })
  return true
}

function noteNoLabel(db: Kysely<Tables>, { orderId, shipmentRef }: PackedInput, reason: string): Promise<void> {
  return recordEvent(db, {
    orderId,
    type: 'shipment.label_failed',
    actor: 'orders',
    rank: 7,
    visibility: 'internal',
    data: { shipment_ref: shipmentRef, reason },
  })
}
