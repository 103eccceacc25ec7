import type { FactData } from '@backroom/facts'
import { BusinessError } from '@backroom/mcp-service'
import { enqueue } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { completeDelivered } from '../completion.ts'
import type { Tables } from '../database-tables.ts'
import type { Order } from '../order.ts'
import { deliverShipment, failShipment, findShipment, pickUpShipment } from '../shipment.ts'
import { captureShipment } from '../workflows/capture-shipment.ts'
import { lostParcel } from '../workflows/lost-parcel.ts'
import type { Effect } from './apply-fact.ts'
import { recordFact } from './record-fact.ts'

/** What logistics tells of an order. */
export const shipmentEffects: Record<string, Effect> = {
  'shipment.picked_up.v1': pickedUp,
  'shipment.delivered.v1': delivered,
  'shipment.returned.v1': cameBack,
  'shipment.lost_suspected.v1': lostSuspected,
  'shipment.exception.v1': (db, order, _data, fact) => recordFact(db, order, fact, { rank: 9, visibility: 'internal' }),
}

type KeptFact = Parameters<Effect>[3]

async function pickedUp(db: Kysely<Tables>, order: Order, data: FactData<'shipment.picked_up.v1'>, fact: KeptFact) {
  await recordFact(db, order, fact, { rank: 8 })
  if (data.direction === 'outbound') await leave(db, order, data.shipment_ref, data.occurred_at)
}

async function delivered(db: Kysely<Tables>, order: Order, data: FactData<'shipment.delivered.v1'>, fact: KeptFact) {
  const { direction, shipment_ref: ref, occurred_at: at } = data
  await recordFact(db, order, fact, { rank: 10 })
  if (direction === 'return' || ref === null) return
  // A carrier that was never seen to take a parcel has taken it when it delivers it.
  await leave(db, order, ref, at)
  if ((await findShipment(db, ref))?.status === 'packed') throw notHandedOver(ref)
  await completeDelivered(db, await deliverShipment(db, order, ref, at))
}

async function cameBack(db: Kysely<Tables>, order: Order, data: FactData<'shipment.returned.v1'>, fact: KeptFact) {
  await recordFact(db, order, fact, { rank: 10 })
  if (data.direction === 'outbound' && data.shipment_ref !== null) await failShipment(db, order, data.shipment_ref)
}

async function lostSuspected(
  db: Kysely<Tables>,
  order: Order,
  data: FactData<'shipment.lost_suspected.v1'>,
  fact: KeptFact,
) {
  await recordFact(db, order, fact, { rank: 9, visibility: 'internal' })
  if (data.shipment_ref === null) return
  const shipment = await findShipment(db, data.shipment_ref)
  if (shipment?.order_id !== order.id || shipment.status === 'delivered') return
  await enqueue(db, lostParcel, {
    id: `lost:${data.shipment_id}`,
    subject: order.id,
    startedBy: 'logistics',
    input: { orderId: order.id, shipmentRef: data.shipment_ref, lastScanAt: data.last_scan_at },
  })
}

/** The carrier has the parcel; its money is taken, unless it left before and was taken then. */
async function leave(db: Kysely<Tables>, order: Order, shipmentRef: string | null, at: string): Promise<void> {
  if (shipmentRef === null || !(await pickUpShipment(db, order, shipmentRef, at))) return
  await enqueue(db, captureShipment, {
    id: `ship:${shipmentRef}:picked_up`,
    subject: order.id,
    startedBy: 'logistics',
    partition: order.id,
    input: { orderId: order.id, shipmentRef },
  })
}

/** Tried again: what the warehouse has to say of it is on its way. */
function notHandedOver(shipmentRef: string): BusinessError {
  return new BusinessError('conflict', `${shipmentRef} was delivered, but its warehouse has not handed it over yet.`)
}
