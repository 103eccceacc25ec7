import { BusinessError } from '@backroom/mcp-service'
import { defineWorkflow, type Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { placeHold } from '../hold.ts'
import { recordMoney } from '../money-movement.ts'
import { createOrder, lockOrder, type NewOrder } from '../order.ts'
import { paidMinor } from '../order-line.ts'
import { giveStock } from './fulfil-order.ts'
import type { Payment } from './payment-calls.ts'
import { sumBySku } from './sku-quantity.ts'
import { releaseStock, reserveStock } from './stock-calls.ts'

/** An order that a person places for a customer. */
export interface PlaceOrderInput extends Omit<NewOrder, 'payment' | 'couponCode'> {
  orderId: string
  /** Reference of the stock until it is the order's. */
  checkoutId: string
  region: string
  /** A payment that is authorised already; without one the order waits for its payment. */
  paymentId: string | null
}

const HOLD_SECONDS = 600

/** From what somebody took down on the phone to an order with its stock; no money moves here. */
export const placeOrder = defineWorkflow<Tables>()({
  name: 'place_order',
  kind: 'place_order',
  deadlineMs: 600_000,
  async run(input: PlaceOrderInput, steps): Promise<{ orderId: string }> {
    const { orderId, checkoutId, region, lines } = input
    const payment = input.paymentId === null ? undefined : await paymentFor(steps, input, input.paymentId)
    steps.undo('release', (undo) => releaseStock(undo, 'release', checkoutId))
    await reserveStock(steps, 'reserve', {
      orderRef: checkoutId,
      lines: sumBySku(lines),
      region,
      ttlSeconds: HOLD_SECONDS,
    })
    await steps.transaction('place', (db) => place(db, input, payment))
    steps.pivot()
    await giveStock(steps, { orderId, checkoutId, lines, region })
    return { orderId }
  },
})

/** @throws {BusinessError} invalid_argument for a payment that is not for this customer, or not enough */
async function paymentFor(steps: Steps<Tables>, input: PlaceOrderInput, paymentId: string): Promise<PaidBy> {
  const payment = await steps.call<PaidBy>('payment', 'payments', 'get_payment', { payment_id: paymentId })
  const total = input.lines.reduce((sum, line) => sum + paidMinor(line), 0)
  const fits =
    payment.customer_id === input.customer.customerId &&
    payment.currency === input.currency &&
    payment.capturable_minor >= total &&
    payment.order_ref === null
  if (fits) return payment
  throw new BusinessError('invalid_argument', `${paymentId} does not pay for this order of ${total} minor units.`, {
    details: {
      payment_id: paymentId,
      status: payment.status,
      capturable_minor: payment.capturable_minor,
      total_minor: total,
    },
    nextActions: [{ hint: 'Leave payment_ref out: the order then waits for its payment.' }],
  })
}

type PaidBy = Payment & { customer_id: string }

async function place(db: Kysely<Tables>, input: PlaceOrderInput, payment: PaidBy | undefined): Promise<void> {
  const { paymentId, orderId, actor } = input
  await createOrder(db, { ...input, payment: { paymentId, method: null } })
  const order = await lockOrder(db, orderId)
  if (payment) {
    const amountMinor = payment.capturable_minor
    await recordMoney(db, order, { kind: 'authorized', source: 'payment', sourceId: payment.payment_id, amountMinor })
  } else {
    await placeHold(db, order, { kind: 'payment', reason: 'No payment is authorised yet', actor })
  }
}
