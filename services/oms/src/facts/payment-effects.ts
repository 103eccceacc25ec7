import type { FactData } from '@backroom/facts'
import { enqueue } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { MoneyKind, Tables } from '../database-tables.ts'
import { openHolds, releaseHolds } from '../hold.ts'
import { recordMoney, setDispute } from '../money-movement.ts'
import { lockOrder, type Order } from '../order.ts'
import { captureShipment, stopForCapture, uncapturedParcels } from '../workflows/capture-shipment.ts'
import { endHold, mirrorHold } from '../workflows/risk-hold.ts'
import type { Effect } from './apply-fact.ts'
import { recordFact } from './record-fact.ts'

/** What payments tells of an order. */
export const paymentEffects: Record<string, Effect> = {
  'payment.captured.v1': moved('captured'),
  'payment.refunded.v1': moved('refunded'),
  'payment.voided.v1': moved('voided'),
  'payment.authorized.v1': authorized,
  'payment.failed.v1': internally(1),
  'payment.hold_placed.v1': holdPlaced,
  'payment.hold_released.v1': holdReleased,
  'payment.authorization_expiring.v1': internally(8),
  'payment.dispute_opened.v1': disputeOpened,
  'payment.dispute_closed.v1': disputeClosed,
}

type KeptFact = Parameters<Effect>[3]

/** Holds of payments that stop the goods as well as the money. */
const stopping = ['fraud_review', 'manual_review', 'compliance', 'velocity']

const over = ['cancelled', 'expired', 'failed', 'completed', 'closed']

/** For people alone: nothing follows here. */
function internally(rank: number): Effect {
  return (db, order, _data, fact) => recordFact(db, order, fact, { rank, visibility: 'internal' })
}

function moved(kind: Exclude<MoneyKind, 'authorized'>): Effect {
  return async (db, order, data: FactData<'payment.captured.v1'>, fact) => {
    const { source, source_id: sourceId, amount_minor: amountMinor, status } = data
    if (status === 'succeeded') {
      const { news } = await recordMoney(db, order, { kind, source, sourceId, amountMinor })
      if (news) await recordFact(db, order, fact, { rank: 8 })
      return
    }
    await recordFact(db, order, fact, { rank: 8, visibility: 'internal' })
    if (kind === 'captured')
      await stopForCapture(db, { orderId: order.id, shipmentRef: sourceId }, 'The capture failed.')
  }
}

async function authorized(db: Kysely<Tables>, order: Order, data: FactData<'payment.authorized.v1'>, _fact: KeptFact) {
  const { checkout_id: sourceId, payment_id: paymentId, amount_minor: amountMinor } = data
  await recordMoney(db, order, { kind: 'authorized', source: 'checkout', sourceId, amountMinor })
  if (order.payment_id === null) await payOpen(db, order, paymentId)
}

/** An order that waited for its customer to pay by a link goes on. */
async function payOpen(db: Kysely<Tables>, { id: orderId }: Order, paymentId: string): Promise<void> {
  await db.updateTable('orders').set({ payment_id: paymentId }).where('id', '=', orderId).execute()
  const waiting = (await openHolds(db, [orderId])).filter(({ kind }) => kind === 'payment')
  const ids = waiting.map(({ id }) => id)
  await releaseHolds(db, await lockOrder(db, orderId), ids, 'payments')
}

async function holdPlaced(db: Kysely<Tables>, order: Order, data: FactData<'payment.hold_placed.v1'>, fact: KeptFact) {
  await recordFact(db, order, fact, { rank: 8, visibility: 'internal' })
  if (stopping.includes(data.kind) && !over.includes(order.status)) await mirrorHold(db, order.id, data)
}

async function holdReleased(
  db: Kysely<Tables>,
  order: Order,
  { hold_id: holdId, outcome, reason, kind }: FactData<'payment.hold_released.v1'>,
  fact: KeptFact,
) {
  await recordFact(db, order, fact, { rank: 8, visibility: 'internal' })
  const begun = { subject: order.id, startedBy: 'payments', partition: order.id }
  const input = { orderId: order.id, holdId, outcome, reason }
  if (stopping.includes(kind)) await enqueue(db, endHold, { ...begun, id: `hold:${holdId}:${order.id}`, input })
  if (outcome !== 'released') return
  for (const shipmentRef of await uncapturedParcels(db, order.id))
    await enqueue(db, captureShipment, {
      ...begun,
      id: `ship:${shipmentRef}:${holdId}`,
      input: { orderId: order.id, shipmentRef },
    })
}

async function disputeOpened(
  db: Kysely<Tables>,
  order: Order,
  _data: FactData<'payment.dispute_opened.v1'>,
  fact: KeptFact,
) {
  await setDispute(db, order, true)
  await recordFact(db, order, fact, { rank: 8, visibility: 'internal' })
}

async function disputeClosed(
  db: Kysely<Tables>,
  order: Order,
  _data: FactData<'payment.dispute_closed.v1'>,
  fact: KeptFact,
) {
  await setDispute(db, order, false)
  await recordFact(db, order, fact, { rank: 8, visibility: 'internal' })
}
