import { BusinessError } from '@backroom/mcp-service'
import type { Steps } from '@backroom/workflows'
import type { Owed } from '../compensation.ts'
import type { Tables } from '../database-tables.ts'
import { paidOrdersOf } from '../exchange-credit.ts'
import { type Payment, paymentOfOrder, refundPayment } from './payment-calls.ts'

/** Money of one payment that went back to a customer. */
export interface PaidBack {
  refundId: string
  paidOrderId: string
  /** What the refund is known by: the id of what it pays, numbered from the second payment on. */
  sourceId: string
  amountMinor: number
}

/** Pauses between looks at a refund whose end the provider has not told; the last one repeats. */
const PAUSES_MS = [2_000, 10_000, 60_000, 600_000]

/**
 * Refunds a part of what is owed: from the payment of the order or, for goods that came in exchange, of the order that was
 * paid for; from several payments where none of them can give it all. Waits for the provider's last word on each.
 *
 * @returns what went back; less than asked for when the provider refuses for good
 * @throws {BusinessError} conflict when all payments together cannot give as much back; whatever payments refuses
 */
export async function payBack(steps: Steps<Tables>, owed: Owed, amountMinor: number): Promise<PaidBack[]> {
  const { source, sourceId, number, orderId } = owed
  const reason = `${source === 'rma' ? 'Return' : 'Claim'} ${number}`
  const paid: PaidBack[] = []
  for (const [index, payer] of (await payersOf(steps, orderId, amountMinor)).entries()) {
    const suffix = index === 0 ? '' : `_${index + 1}`
    const { paymentId, paidOrderId } = payer
    const wish = { paymentId, source, sourceId: `${sourceId}${suffix}`, amountMinor: payer.amountMinor, reason }
    const refund = await refundPayment(steps, `refund${suffix}`, wish)
    const status = await lastWord(steps, refund.status, { name: `look${suffix}`, paidOrderId, sourceId: wish.sourceId })
    if (status === 'succeeded')
      paid.push({ refundId: refund.refund_id, paidOrderId, sourceId: wish.sourceId, amountMinor: payer.amountMinor })
  }
  return paid
}

/** A payment with what it gives back. */
interface Payer {
  paymentId: string
  paidOrderId: string
  amountMinor: number
}

/** The nearest payment that can give it all; otherwise as many as it takes, nearest first. */
async function payersOf(steps: Steps<Tables>, orderId: string, amountMinor: number): Promise<Payer[]> {
  const orders = await steps.transaction('payers', (db) => paidOrdersOf(db, orderId))
  const able: Payer[] = []
  for (const [index, paidOrderId] of orders.entries()) {
    const payment = await paymentOfOrder(steps, `payment_${index}`, paidOrderId)
    if (!payment || payment.refundable_minor === 0) continue
    able.push({ paymentId: payment.payment_id, paidOrderId, amountMinor: payment.refundable_minor })
    if (payment.refundable_minor >= amountMinor) return [{ ...able.at(-1), amountMinor } as Payer]
  }
  let left = amountMinor
  const payers = able.map((payer) => {
    const part = Math.min(left, payer.amountMinor)
    left -= part
    return { ...payer, amountMinor: part }
  })
  if (left === 0) return payers.filter((payer) => payer.amountMinor > 0)
  throw new BusinessError('conflict', `The payments of ${orderId} cannot give ${amountMinor} minor units back.`, {
    details: {
      amount_minor: amountMinor,
      payments: able.map((payer) => ({ order_id: payer.paidOrderId, refundable_minor: payer.amountMinor })),
    },
    nextActions: [{ tool: 'get_payment', arguments: { order_ref: orderId } }],
  })
}

/** Payments asks the provider about an unknown outcome by itself; here it is only waited for. */
async function lastWord(
  steps: Steps<Tables>,
  first: string,
  { name, paidOrderId, sourceId }: { name: string; paidOrderId: string; sourceId: string },
): Promise<'succeeded' | 'failed'> {
  for (let [status, round] = [first, 0]; ; round++) {
    if (status === 'succeeded') return status
    if (status === 'failed' || status === 'reversed') return 'failed'
    await steps.sleep(PAUSES_MS[Math.min(round, PAUSES_MS.length - 1)] ?? 0)
    const payment = await paymentOfOrder(steps, `${name}_${round}`, paidOrderId)
    status = refundIn(payment, sourceId) ?? status
  }
}

function refundIn(payment: Payment | undefined, sourceId: string): string | undefined {
  return payment?.refunds.find(({ source_id }) => source_id === sourceId)?.status
}
