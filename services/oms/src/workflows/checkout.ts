import { BusinessError } from '@backroom/mcp-service'
import { defineWorkflow, type Steps } from '@backroom/workflows'
import type { Address } from '../address.ts'
import type { OrderSource, Tables } from '../database-tables.ts'
import { createOrder, type NewOrder } from '../order.ts'
import type { ShippingOption } from '../shipping-option.ts'
import { closeCheckout, completeCheckout, customerMustAct } from './checkout-record.ts'
import { afterPlacing } from './fulfil-order.ts'
import {
  type Authorization,
  authorizePayment,
  type Payment,
  paymentOfCheckout,
  voidAuthorization,
} from './payment-calls.ts'
import { paymentTopic } from './payment-topic.ts'
import { holdForReview, type RiskHold } from './risk-hold.ts'
import { sumBySku } from './sku-quantity.ts'
import { extendHold, releaseStock, reserveStock } from './stock-calls.ts'

/** A purchase that is decided and priced; amounts in minor units of `currency`. */
export interface CheckoutInput {
  checkoutId: string
  /** Minted before any money moves, so that payments and inventory know the order by its id. */
  orderId: string
  customer: { customerId: string; email?: string | undefined; name?: string | undefined }
  channel: string
  source: OrderSource
  currency: string
  lines: {
    sku: string
    productId: string
    title: string
    qty: number
    unitMinor: number
    discountMinor: number
    shippingMinor: number
    taxMinor: number
  }[]
  totalMinor: number
  shipTo: Address
  region: string
  shippingOption: ShippingOption
  paymentMethod: string
  couponCode: string | null
  actor: string
  /** How long the customer may take to confirm the payment. */
  confirmWithinMs: number
}

/** Seconds that stock is held while a checkout runs; prolonged as long as the customer is at it. */
const HOLD_SECONDS = 600
/** How often a waiting checkout looks after itself, should the message that wakes it be lost. */
const LOOK_AGAIN_MS = 120_000
/** How long payments may take to find out what became of an authorisation whose answer was lost. */
const UNKNOWN_FOR_MS = 900_000

/**
 * From a priced cart to a confirmed order: stock is held before money is asked for; the order is placed when the money is
 * there; then the stock becomes the order's. Whatever fails before the order is placed frees stock and money again.
 */
export const checkout = defineWorkflow<Tables>()({
  name: 'checkout',
  kind: 'checkout',
  async run(input: CheckoutInput, steps): Promise<{ orderId: string }> {
    await holdStock(input, steps)
    const paid = await takeAuthorization(input, steps)
    await steps.transaction('place_order', async (db) => {
      const order = await createOrder(db, orderOf(input, paid.paymentId))
      await completeCheckout(db, order, { ...input, paymentId: paid.paymentId })
      await holdForReview(db, order.id, paid.holds)
    })
    steps.pivot()
    await afterPlacing(steps, { ...input, underReview: paid.holds.length > 0 })
    return { orderId: input.orderId }
  },
})

interface Paid {
  paymentId: string
  /** Holds that a review has to release before the order may go on. */
  holds: RiskHold[]
}

async function holdStock(input: CheckoutInput, steps: Steps<Tables>): Promise<void> {
  const { checkoutId, orderId, lines, region } = input
  steps.undo('close', ({ transaction }) => transaction('close', (db) => closeCheckout(db, checkoutId, orderId)))
  steps.undo('release', (undo) => releaseStock(undo, 'release', checkoutId))
  await reserveStock(steps, 'reserve', {
    orderRef: checkoutId,
    lines: sumBySku(lines),
    region,
    ttlSeconds: HOLD_SECONDS,
  })
}

async function takeAuthorization(input: CheckoutInput, steps: Steps<Tables>): Promise<Paid> {
  const { checkoutId } = input
  steps.undo('void', async (undo) => {
    const payment = await paymentOfCheckout(undo, 'void_which', checkoutId)
    if (!payment || !canBecomeMoney(payment)) return
    const reason = 'The checkout did not become an order'
    await voidAuthorization(undo, 'void', { paymentId: payment.payment_id, reason, sourceId: checkoutId })
  })
  const answer = await authorizePayment(steps, 'authorize', {
    checkoutId,
    orderId: input.orderId,
    customerId: input.customer.customerId,
    amountMinor: input.totalMinor,
    currency: input.currency,
    method: input.paymentMethod,
    shipToCountry: input.shipTo.country,
    items: input.lines.map((line) => ({
      sku: line.sku,
      qty: line.qty,
      amount_minor: line.qty * line.unitMinor - line.discountMinor,
      shipping_minor: line.shippingMinor,
      tax_minor: line.taxMinor,
    })),
  })
  switch (answer.status) {
    case 'authorized':
      return { paymentId: answer.payment_id, holds: answer.holds.filter(blocksCapture) }
    case 'declined':
      throw declined(answer)
    case 'failed':
      throw failed(answer.message)
    case 'requires_action':
      await steps.transaction('customer_must_act', (db) => customerMustAct(db, checkoutId, answer))
      return untilAuthorized(input, steps, input.confirmWithinMs)
    case 'unknown':
      return untilAuthorized(input, steps, UNKNOWN_FOR_MS)
  }
}

/** Waits for the customer (or the provider) to decide, and keeps the stock held meanwhile. */
async function untilAuthorized(input: CheckoutInput, steps: Steps<Tables>, withinMs: number): Promise<Paid> {
  const { checkoutId } = input
  const giveUpAt = +(await steps.now()) + withinMs
  for (let round = 1, left = withinMs; left > 0; round++) {
    await steps.receive(paymentTopic, Math.min(left, LOOK_AGAIN_MS))
    const payment = await paymentOfCheckout(steps, `payment_${round}`, checkoutId)
    await keepStock(input, steps, round)
    if (payment?.status === 'authorized') return { paymentId: payment.payment_id, holds: openHolds(payment) }
    if (payment && !canBecomeMoney(payment)) throw declined(payment)
    left = giveUpAt - +(await steps.now())
  }
  throw expired()
}

/** Stock that was let go while the customer was away is reserved afresh. */
async function keepStock({ checkoutId, lines, region }: CheckoutInput, steps: Steps<Tables>, round: number) {
  if (await extendHold(steps, `extend_${round}`, checkoutId, HOLD_SECONDS)) return
  const again = { orderRef: checkoutId, lines: sumBySku(lines), region, ttlSeconds: HOLD_SECONDS }
  await reserveStock(steps, `reserve_${round}`, again)
}

function orderOf(input: CheckoutInput, paymentId: string): NewOrder {
  const { paymentMethod: method, ...order } = input
  return { ...order, payment: { paymentId, method } }
}

const dead = ['declined', 'failed', 'voided', 'expired']

function canBecomeMoney({ status }: Payment): boolean {
  return !dead.includes(status)
}

function openHolds({ holds }: Payment): RiskHold[] {
  return holds.filter((hold) => (hold.status ?? 'active') === 'active' && blocksCapture(hold))
}

function blocksCapture({ blocks }: { blocks?: string[] }): boolean {
  return blocks?.includes('capture') ?? true
}

function declined({ decline_code, message }: Pick<Authorization, 'decline_code' | 'message'>): BusinessError {
  return new BusinessError('conflict', message ?? 'The payment was declined. Nothing was charged.', {
    details: { reason: 'payment_declined', decline_code: decline_code ?? 'declined' },
    nextActions: [{ hint: 'Try another payment method with a new checkout.' }],
  })
}

function failed(message: string | undefined): BusinessError {
  return new BusinessError('conflict', message ?? 'The payment failed. Nothing was charged.', {
    details: { reason: 'payment_failed' },
    nextActions: [{ hint: 'Try again with a new checkout, or another payment method.' }],
  })
}

function expired(): BusinessError {
  return new BusinessError('conflict', 'The payment was not confirmed in time. Nothing was charged.', {
    details: { reason: 'checkout_expired' },
    nextActions: [{ hint: 'Check out again.' }],
  })
}
