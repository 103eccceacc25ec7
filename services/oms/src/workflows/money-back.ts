import type { Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { recordMoney } from '../money-movement.ts'
import { lockOrder } from '../order.ts'
import { recordEvent } from '../timeline.ts'
import { type Payment, paymentOfOrder, refundPayment, voidAuthorization } from './payment-calls.ts'

/** Money of an order that the customer does not owe any more. */
export interface MoneyBack {
  orderId: string
  amountMinor: number
  /** Id of what it is given back for; paid once. */
  sourceId: string
  reason: string
  /** Gives back what was only authorised, and keeps what was taken. */
  keepTaken?: boolean
}

/**
 * Gives money back: what was authorised and not yet taken is voided, the rest refunded. What is still to be shipped stays
 * authorised.
 */
export async function giveMoneyBack(steps: Steps<Tables>, wanted: MoneyBack): Promise<void> {
  const { orderId, amountMinor, sourceId, reason, keepTaken = false } = wanted
  if (amountMinor === 0) return
  const payment = await paymentOfOrder(steps, 'payment', orderId)
  if (!payment) return
  const { paymentId, toVoid, toRefund } = await steps.transaction('divide', (db) =>
    divide(db, orderId, payment, amountMinor),
  )
  if (toVoid > 0) {
    await voidAuthorization(steps, 'void', { paymentId, amountMinor: toVoid, reason, sourceId })
    await steps.transaction('voided', (db) => book(db, orderId, 'voided', sourceId, toVoid))
  }
  if (toRefund > 0 && !keepTaken) {
    const request = { paymentId, source: 'cancel', sourceId, amountMinor: toRefund, reason } as const
    const { status } = await refundPayment(steps, 'refund', request)
    if (status === 'succeeded')
      await steps.transaction('refunded', (db) => book(db, orderId, 'refunded', sourceId, toRefund))
  }
}

async function divide(db: Kysely<Tables>, orderId: string, payment: Payment, amountMinor: number) {
  const { due_minor } = await lockOrder(db, orderId)
  const stillToTake = Math.max(0, due_minor - (payment.captured_minor - payment.refunded_minor))
  const toVoid = Math.min(amountMinor, Math.max(0, payment.capturable_minor - stillToTake))
  const toRefund = Math.min(amountMinor - toVoid, payment.refundable_minor)
  return { paymentId: payment.payment_id, toVoid, toRefund }
}

async function book(
  db: Kysely<Tables>,
  orderId: string,
  kind: 'voided' | 'refunded',
  sourceId: string,
  amountMinor: number,
): Promise<void> {
  const order = await lockOrder(db, orderId)
  const { news } = await recordMoney(db, order, { kind, source: 'cancel', sourceId, amountMinor })
  if (!news) return
  const data = { amount_minor: amountMinor, currency: order.currency }
  await recordEvent(db, { orderId, type: `payment.${kind}`, actor: 'payments', source: 'payments', data })
}
