import { BusinessError } from '@backroom/mcp-service'
import type { Steps } from '@backroom/workflows'
import type { Owed } from '../compensation.ts'
import type { Tables } from '../database-tables.ts'
import { paidOrdersOf } from '../exchange-credit.ts'
import { type Payment, paymentOfOrder, refundPayment } from './payment-calls.ts'

/** Money that went back to a customer. */
export interface PaidBack {
  refundId: string
  paidOrderId: string
}

/** Pauses between looks at a refund whose end the provider has not told; the last one repeats. */
const PAUSES_MS = [2_000, 10_000, 60_000, 600_000]

/**
 * Refunds a part of what is owed: from the payment of the order or, for goods that came in exchange, of the order that was
 * paid for. Waits for the provider's last word.
 *
 * @returns undefined when the provider refuses for good
 * @throws {BusinessError} conflict when no payment can give as much back; whatever payments refuses
 */
export async function payBack(steps: Steps<Tables>, owed: Owed, amountMinor: number): Promise<PaidBack | undefined> {
  const { source, sourceId, number, orderId } = owed
  const { paidOrderId, payment } = await payerOf(steps, orderId, amountMinor)
  const reason = `${source === 'rma' ? 'Return' : 'Claim'} ${number}`
  const wish = { paymentId: payment.payment_id, source, sourceId, amountMinor, reason }
  const refund = await refundPayment(steps, 'refund', wish)
  const status = await lastWord(steps, refund.status, paidOrderId, sourceId)
  return status === 'succeeded' ? { refundId: refund.refund_id, paidOrderId } : undefined
}

async function payerOf(steps: Steps<Tables>, orderId: string, amountMinor: number) {
  const orders = await steps.transaction('payers', (db) => paidOrdersOf(db, orderId))
  const seen: { order_id: string; refundable_minor: number }[] = []
  for (const [index, paidOrderId] of orders.entries()) {
    const payment = await paymentOfOrder(steps, `payment_${index}`, paidOrderId)
    if (payment && payment.refundable_minor >= amountMinor) return { paidOrderId, payment }
    seen.push({ order_id: paidOrderId, refundable_minor: payment?.refundable_minor ?? 0 })
  }
  throw new BusinessError('conflict', `No payment of ${orderId} can give ${amountMinor} minor units back.`, {
    details: { amount_minor: amountMinor, payments: seen },
    nextActions: [{ tool: 'get_payment', arguments: { order_ref: orderId } }],
  })
}

/** Payments asks the provider about an unknown outcome by itself; here it is only waited for. */
async function lastWord(
  steps: Steps<Tables>,
  first: string,
  orderId: string,
  sourceId: string,
): Promise<'succeeded' | 'failed'> {
  for (let [status, round] = [first, 0]; ; round++) {
    if (status === 'succeeded') return status
    if (status === 'failed' || status === 'reversed') return 'failed'
    await steps.sleep(PAUSES_MS[Math.min(round, PAUSES_MS.length - 1)] ?? 0)
    const payment = await paymentOfOrder(steps, `look_${round}`, orderId)
    status = refundIn(payment, sourceId) ?? status
  }
}

function refundIn(payment: Payment | undefined, sourceId: string): string | undefined {
  return payment?.refunds.find(({ source_id }) => source_id === sourceId)?.status
}
