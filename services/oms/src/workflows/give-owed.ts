import type { Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { bookCompensation, type Given, type Owed } from '../compensation.ts'
import type { Tables } from '../database-tables.ts'
import type { NewLine } from '../order-line.ts'
import { replaceGoods, restOf } from './exchange.ts'
import { payBack } from './pay-back.ts'
import { issueStoreCredit } from './payment-calls.ts'

/** In which way something owed is given. */
export type Way =
  | { kind: 'refund' }
  | { kind: 'store_credit' }
  | { kind: 'replacement'; price(db: Kysely<Tables>): Promise<NewLine[]> }

/** What became of it, as the domain that decided it is told. */
export interface Outcome {
  status: 'succeeded' | 'failed'
  payment_refund_ref?: string
  credit_ref?: string
  replacement_order_id?: string
  amount_minor?: number
  message?: string
}

/**
 * Gives a customer what a return or a claim decided, and books it. Money that payments refuses parks the process, so that
 * people see to it; what the provider refuses for good is `failed`.
 */
export async function giveOwed(steps: Steps<Tables>, owed: Owed, way: Way): Promise<Outcome> {
  switch (way.kind) {
    case 'refund':
      return giveMoney(steps, owed)
    case 'store_credit':
      return giveCredit(steps, owed)
    case 'replacement':
      return giveGoods(steps, owed, way.price)
  }
}

async function giveMoney(steps: Steps<Tables>, owed: Owed): Promise<Outcome> {
  steps.pivot()
  const { amountMinor } = owed
  const parts = owed.lines.map(({ minor }) => minor)
  if (amountMinor === 0) return booked(steps, owed, [{ kind: 'refund', parts }], {})
  const paid = await payBack(steps, owed, amountMinor)
  if (!paid) return { status: 'failed', message: 'The payment provider refused the refund for good.' }
  const given: Given = { kind: 'refund', parts, paidOrderId: paid.paidOrderId }
  return booked(steps, owed, [given], { payment_refund_ref: paid.refundId })
}

async function giveCredit(steps: Steps<Tables>, owed: Owed): Promise<Outcome> {
  steps.pivot()
  const { customerId, amountMinor, currency, number, source, sourceId } = owed
  const parts = owed.lines.map(({ minor }) => minor)
  if (amountMinor === 0) return booked(steps, owed, [{ kind: 'store_credit', parts }], {})
  const wish = { customerId, amountMinor, currency, reason: number, source, sourceId }
  const { credit_id } = await issueStoreCredit(steps, 'credit', wish)
  return booked(steps, owed, [{ kind: 'store_credit', parts }], { credit_ref: credit_id })
}

/** What is left of the amount after the goods goes back in money. */
async function giveGoods(
  steps: Steps<Tables>,
  owed: Owed,
  price: (db: Kysely<Tables>) => Promise<NewLine[]>,
): Promise<Outcome> {
  const { orderId, creditedMinor, paymentUrl } = await replaceGoods(steps, owed, price)
  const { credited, rest } = restOf(owed, creditedMinor)
  const restMinor = owed.amountMinor - creditedMinor
  const paid = restMinor > 0 ? await payBack(steps, owed, restMinor) : undefined
  const given: Given[] = [{ kind: 'replacement', parts: credited }]
  if (paid) given.push({ kind: 'refund', parts: rest, paidOrderId: paid.paidOrderId })
  const message = paymentUrl
    ? `The customer can pay the difference at ${paymentUrl}`
    : restMinor > 0 && !paid && `${restMinor} minor units are still owed: the provider refused their refund for good.`
  return booked(steps, owed, given, {
    replacement_order_id: orderId,
    ...(paid ? { payment_refund_ref: paid.refundId } : {}),
    ...(message ? { message } : {}),
  })
}

async function booked(
  steps: Steps<Tables>,
  owed: Owed,
  given: readonly Given[],
  refs: Omit<Outcome, 'status' | 'amount_minor'>,
): Promise<Outcome> {
  await steps.transaction('book', (db) => bookCompensation(db, owed, given))
  return { status: 'succeeded', amount_minor: owed.amountMinor, ...refs }
}
