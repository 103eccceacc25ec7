import { BusinessError } from '@backroom/mcp-service'
import { defineWorkflow, enqueue, type Schedule } from '@backroom/workflows'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { openHolds, placeHold, releaseHolds } from '../hold.ts'
import { recordMoney } from '../money-movement.ts'
import { lockOrder, type Order } from '../order.ts'
import { linesOf } from '../order-line.ts'
import { recordEvent } from '../timeline.ts'
import { capturePayment, type MoneyMoved } from './payment-calls.ts'

export interface ShippedParcel {
  orderId: string
  shipmentRef: string
  /** The carrier should have told by now that it has the parcel. */
  overdue?: boolean
}

/** Hours after which a parcel that its carrier has not been seen to take is paid for all the same: it has left. */
const OVERDUE_HOURS = 24
/** Parcels of one round of the schedule. */
const BATCH = 500

/**
 * Takes the money for what has left the warehouse; for a parcel that logistics knows, once its carrier has it. The last
 * parcel of an order frees what is left of the authorisation.
 * A refusal (a hold, an authorisation that has run out) stops the order and shows on it; it is tried again when payments
 * releases the hold.
 */
export const captureShipment = defineWorkflow<Tables>()({
  name: 'capture_shipment',
  kind: 'capture',
  async run(parcel: ShippedParcel, steps): Promise<void> {
    steps.pivot()
    const due = await steps.transaction('amount', (db) => amountDue(db, parcel))
    if (!due) return
    const { shipmentRef } = parcel
    const answer = await capturePayment(steps, 'capture', { ...due, shipmentRef }).catch(refusal)
    if ('refused' in answer) await steps.transaction('refused', (db) => stopForCapture(db, parcel, answer.refused))
    else if (answer.status === 'succeeded') await steps.transaction('captured', (db) => captured(db, parcel, answer))
    else if (answer.status === 'failed')
      await steps.transaction('failed', (db) =>
        stopForCapture(db, parcel, 'The capture failed at the payment provider.'),
      )
  },
})

/** Every hour: parcels that left a day ago and that no carrier was seen to take. */
export const captureOverdue: Schedule<Tables> = {
  name: 'capture_overdue',
  cron: '0 20 * * * *',
  run: (steps) => steps.transaction('begin', beginOverdue),
}

async function beginOverdue(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ order_id: string; shipment_ref: string }>`
    select s.order_id, s.shipment_ref from shipment s
    where s.status = 'shipped' and s.tms_shipment_id is not null and s.picked_up_at is null
      and s.shipped_at < now() - make_interval(hours => ${OVERDUE_HOURS}) and s.capture_minor > 0
      and not exists (select from money_movement m where m.order_id = s.order_id and m.kind = 'captured'
        and m.source = 'shipment' and m.source_id = s.shipment_ref)
    order by s.shipped_at limit ${BATCH}`.execute(db)
  for (const { order_id: orderId, shipment_ref: shipmentRef } of rows)
    await enqueue(db, captureShipment, {
      id: `ship:${shipmentRef}:overdue`,
      subject: orderId,
      startedBy: 'orders',
      partition: orderId,
      input: { orderId, shipmentRef, overdue: true },
    })
  return rows.length
}

async function amountDue(db: Kysely<Tables>, { orderId, shipmentRef, overdue = false }: ShippedParcel) {
  const order = await lockOrder(db, orderId)
  const shipment = await db
    .selectFrom('shipment')
    .select(['capture_minor', 'tms_shipment_id', 'picked_up_at'])
    .where('shipment_ref', '=', shipmentRef)
    .executeTakeFirst()
  if (!order.payment_id || !shipment?.capture_minor) return undefined
  if (shipment.tms_shipment_id && !shipment.picked_up_at && !overdue) return undefined
  const lines = await linesOf(db, [orderId])
  const toShip = lines.reduce((sum, { qty_current, qty_shipped }) => sum + qty_current - qty_shipped, 0)
  const others = (await uncapturedParcels(db, orderId)).filter((ref) => ref !== shipmentRef)
  const final = toShip === 0 && others.length === 0
  // Goods sent back may have paid for a part.
  const open = order.due_minor - (order.captured_minor - order.refunded_minor)
  const amountMinor = Math.min(shipment.capture_minor, open)
  return amountMinor > 0 ? { paymentId: order.payment_id, amountMinor, final } : undefined
}

function refusal(error: unknown): { refused: string } {
  if (error instanceof BusinessError) return { refused: error.message }
  throw error
}

async function captured(db: Kysely<Tables>, { orderId, shipmentRef }: ShippedParcel, { amount_minor }: MoneyMoved) {
  const order = await lockOrder(db, orderId)
  const money = { kind: 'captured', source: 'shipment', sourceId: shipmentRef, amountMinor: amount_minor } as const
  const { news } = await recordMoney(db, order, money)
  if (!news) return
  await letGo(db, order, shipmentRef)
  const data = { shipment_ref: shipmentRef, amount_minor, currency: order.currency }
  await recordEvent(db, { orderId, type: 'payment.captured', actor: 'payments', source: 'payments', data })
}

/** The hold of an earlier try has no cause any more. */
async function letGo(db: Kysely<Tables>, { id: orderId }: Order, shipmentRef: string): Promise<void> {
  const order = await lockOrder(db, orderId)
  const holds = (await openHolds(db, [orderId])).filter(({ reason }) => reason === holdReason(shipmentRef))
  await releaseHolds(
    db,
    order,
    holds.map(({ id }) => id),
    'payments',
  )
}

function holdReason(shipmentRef: string): string {
  return `Capture of ${shipmentRef} failed`
}

/** Shows on the order that money for goods that have left could not be taken. */
export async function stopForCapture(
  db: Kysely<Tables>,
  { orderId, shipmentRef }: ShippedParcel,
  why: string,
): Promise<void> {
  const order = await lockOrder(db, orderId)
  const data = { shipment_ref: shipmentRef, reason: why }
  await recordEvent(db, { orderId, type: 'payment.capture_failed', actor: 'payments', visibility: 'internal', data })
  if (order.status !== 'completed' && order.status !== 'cancelled')
    await placeHold(db, order, { kind: 'payment', reason: holdReason(shipmentRef), actor: 'payments' })
}

/** Parcels of an order that have left and whose money has not been taken. */
export async function uncapturedParcels(db: Kysely<Tables>, orderId: string): Promise<string[]> {
  const { rows } = await sql<{ shipment_ref: string }>`
    select shipment_ref from shipment s
    where order_id = ${orderId} and status in ('shipped', 'delivered') and capture_minor > 0
      and not exists (select from money_movement m where m.order_id = s.order_id and m.kind = 'captured'
        and m.source = 'shipment' and m.source_id = s.shipment_ref)
    order by shipment_ref`.execute(db)
  return rows.map(({ shipment_ref }) => shipment_ref)
}
