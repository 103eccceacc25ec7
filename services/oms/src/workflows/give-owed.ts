import { allocate } from '@backroom/money'
import type { Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { bookCompensation, type Given, type Owed } from '../compensation.ts'
import type { Tables } from '../database-tables.ts'
import type { NewLine } from '../order-line.ts'
import { replaceGoods } from './exchange.ts'
import { type PaidBack, payBack } from './pay-back.ts'
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
  if (paid.length === 0) return { status: 'failed', message: 'The payment provider refused the refund for good.' }
  return booked(steps, owed, refundsOf(parts, paid), { ...refundRef(paid), ...stillOwed(amountMinor, paid) })
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
  const worth = owed.lines.map(({ minor }) => minor)
  const credited = allocate(creditedMinor, worth)
  const restMinor = owed.amountMinor - creditedMinor
  const paid = restMinor > 0 ? await payBack(steps, owed, restMinor) : []
  const given: Given[] = [{ kind: 'replacement', parts: credited }, ...refundsOf(without(worth, credited), paid)]
  return booked(steps, owed, given, {
    replacement_order_id: orderId,
    ...refundRef(paid),
    ...(paymentUrl ? { message: `The customer can pay the difference at ${paymentUrl}` } : stillOwed(restMinor, paid)),
  })
}

/** What came back of each payment, shared among the lines by what is left of each. */
function refundsOf(worth: readonly number[], paid: readonly PaidBack[]): Given[] {
  let left = worth
  return paid.map(({ paidOrderId, sourceId, amountMinor }) => {
    const parts = allocate(amountMinor, left)
    left = without(left, parts)
    return { kind: 'refund', parts, payer: { orderId: paidOrderId, sourceId } }
  })
}

function without(worth: readonly number[], parts: readonly number[]): number[] {
  return worth.map((minor, index) => minor - (parts[index] ?? 0))
}

function refundRef([first]: readonly PaidBack[]): Pick<Outcome, 'payment_refund_ref'> {
  return first ? { payment_refund_ref: first.refundId } : {}
}

function stillOwed(amountMinor: number, paid: readonly PaidBack[]): Pick<Outcome, 'message'> {
  const left = paid.reduce((rest, part) => rest - part.amountMinor, amountMinor)
  if (left === 0) return {}
  return { message: `${left} minor units are still owed: the provider refused their refund for good.` }
}

async function booked(
  steps: Steps<Tables>,
  owed: Owed,
  given: readonly Given[],
  refs: Omit<Outcome, 'status' | 'amount_minor'>,
): Promise<Outcome> {
  await steps.transaction('book', (db) => bookCompensation(db, owed, given))
  const amount = given.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part, 0)
  return { status: 'succeeded', amount_minor: amount, ...refs }
}
