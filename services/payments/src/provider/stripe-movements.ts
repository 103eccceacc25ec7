import type { Stripe } from 'stripe'
import type { Movement } from './provider.ts'
import { fromStripe } from './stripe-amounts.ts'
import { capturesIn } from './stripe-outcomes.ts'

/** The kinds of balance transactions that move a customer's money. */
export const movementTypes: ReadonlySet<string> = new Set([
  'charge',
  'payment',
  'refund',
  'payment_refund',
  'adjustment',
])

/** A balance transaction with its source expanded, in our terms; undefined when it is about no payment. */
export function movementOf(transaction: Stripe.BalanceTransaction): Movement | undefined {
  const { id, source, fee, currency, created } = transaction
  const amount = fromStripe(transaction.amount, currency)
  if (!source || typeof source === 'string') return undefined
  const origin = originOf(source, Math.abs(amount), amount > 0)
  if (!origin) return undefined
  return {
    ...origin,
    providerRef: id,
    amountMinor: Math.abs(amount),
    feeMinor: Math.max(0, fromStripe(fee, currency)),
    currency: currency.toUpperCase(),
    bookedAt: new Date(created * 1_000),
  }
}

type Origin = Pick<Movement, 'kind' | 'operationId' | 'authorizationRef'>

function originOf(source: Stripe.BalanceTransactionSource, amount: number, comesIn: boolean): Origin | undefined {
  if (source.object === 'charge') {
    const { payment_intent } = source
    if (!payment_intent || typeof payment_intent === 'string') return undefined
    const capture = capturesIn(payment_intent.metadata).find((one) => one.amount === amount)
    return { kind: 'capture', operationId: capture?.operationId ?? null, authorizationRef: payment_intent.id }
  }
  if (source.object === 'refund') {
    const authorizationRef = idOf(source.payment_intent)
    if (!authorizationRef) return undefined
    return { kind: 'refund', operationId: source.metadata?.operation_id ?? null, authorizationRef }
  }
  if (source.object === 'dispute') {
    const authorizationRef = idOf(source.payment_intent)
    if (!authorizationRef) return undefined
    return { kind: comesIn ? 'dispute_reversal' : 'dispute', operationId: null, authorizationRef }
  }
  return undefined
}

function idOf(reference: string | { id: string } | null): string | undefined {
  return typeof reference === 'string' ? reference : reference?.id
}
