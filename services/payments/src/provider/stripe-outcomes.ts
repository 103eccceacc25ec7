import { Stripe } from 'stripe'
import type { AuthorizeOutcome, Failed, OperationOutcome, Unknown } from './provider.ts'
import { fromStripe } from './stripe-amounts.ts'

/** The shortest time that a card network leaves for a capture: 4 days and 18 hours. */
const SHORTEST_WINDOW_S = (4 * 24 + 18) * 3_600

/** What a PaymentIntent says of its authorization. Its `latest_charge`, when expanded, says until when it holds. */
export function authorizeOutcome(intent: Stripe.PaymentIntent): AuthorizeOutcome {
  const { id, status, currency, metadata, last_payment_error: refusal } = intent
  const amount = fromStripe(intent.amount, currency)
  if (metadata.amount_minor !== undefined && Number(metadata.amount_minor) !== amount)
    return unknown(`Stripe holds ${amount} ${currency} where ${metadata.amount_minor} was asked for`)
  switch (status) {
    case 'requires_capture':
    case 'succeeded':
      return { status: 'succeeded', authorizationRef: id, amountMinor: amount, ...termsOf(intent) }
    case 'requires_action':
      return actionOf(intent)
    case 'requires_payment_method':
      return { status: 'declined', authorizationRef: id, ...explain(refusal) }
    case 'canceled':
      return failed(intent.cancellation_reason ?? 'canceled', 'The authorization was canceled.')
    default:
      return unknown(`Stripe is at it (${status})`)
  }
}

/** What a PaymentIntent says of one of its captures; undefined: it was not made. */
export function captureOutcome(intent: Stripe.PaymentIntent, operationId: string): OperationOutcome | undefined {
  const amount = intent.metadata[operationId]
  if (amount === undefined) return undefined
  const recorded = capturesIn(intent.metadata).reduce((sum, capture) => sum + capture.amount, 0)
  const received = fromStripe(intent.amount_received, intent.currency)
  if (recorded !== received) return unknown(`Stripe captured ${received} in all where ${recorded} was asked for`)
  return { status: 'succeeded', providerRef: `${intent.id}:${operationId}`, amountMinor: Number(amount) }
}

const otherMetadata = new Set(['operation_id', 'intent_id', 'order_ref', 'customer_id', 'amount_minor'])

/** The captures that the metadata of a PaymentIntent record. */
export function capturesIn(metadata: Stripe.Metadata): { operationId: string; amount: number }[] {
  return Object.entries(metadata)
    .filter(([name]) => !otherMetadata.has(name))
    .map(([operationId, amount]) => ({ operationId, amount: Number(amount) }))
}

/** What a canceled PaymentIntent, or one of which the rest was released, gave back. */
export function voidOutcome({ id, amount, amount_received, currency, status }: Stripe.PaymentIntent): OperationOutcome {
  if (status !== 'canceled' && status !== 'succeeded') return unknown(`Stripe is at it (${status})`)
  return { status: 'succeeded', providerRef: id, amountMinor: fromStripe(amount - amount_received, currency) }
}

/** What became of a refund; `asked` is the amount that was asked for, where that is known. */
export function refundOutcome(refund: Stripe.Refund, asked?: number): OperationOutcome {
  const { id, status, failure_reason } = refund
  const amount = fromStripe(refund.amount, refund.currency)
  if (asked !== undefined && amount !== asked) return unknown(`Stripe refunds ${amount} where ${asked} was asked for`)
  switch (status) {
    case 'succeeded':
      return { status: 'succeeded', providerRef: id, amountMinor: amount }
    case 'pending':
    case 'requires_action':
      return { status: 'pending', providerRef: id }
    default:
      return failed(failure_reason ?? status ?? 'failed', 'The refund did not go through.')
  }
}

/**
 * What an error of the library means: a refusal is definitive, anything else leaves open what happened. A key that came
 * with another request before is open too: something was done under it.
 */
export function refusalOf(error: unknown): Failed | Unknown {
  const { StripeCardError, StripeInvalidRequestError } = Stripe.errors
  if (error instanceof StripeCardError) return { status: 'failed', ...explain(error) }
  if (error instanceof StripeInvalidRequestError) return failed(error.code ?? 'invalid_request', error.message)
  return unknown(error instanceof Stripe.errors.StripeError ? `${error.type}: ${error.message}` : String(error))
}

/** The decline in an error of the library; undefined when it is another error. */
export function declineOf(error: unknown): AuthorizeOutcome | undefined {
  if (!(error instanceof Stripe.errors.StripeCardError)) return undefined
  const { payment_intent: intent } = error
  return { status: 'declined', ...explain(error), ...(intent ? { authorizationRef: intent.id } : {}) }
}

function termsOf({ created, latest_charge: charge }: Stripe.PaymentIntent) {
  const { outcome, payment_method_details } = typeof charge === 'object' && charge ? charge : {}
  const card = payment_method_details?.card
  const isElevated = outcome?.risk_level === 'elevated' || outcome?.risk_level === 'highest'
  return {
    captureBefore: new Date((card?.capture_before ?? created + SHORTEST_WINDOW_S) * 1_000),
    risk: isElevated ? ('elevated' as const) : ('normal' as const),
    ...(card?.multicapture?.status === 'unavailable' ? { singleCapture: true as const } : {}),
  }
}

function actionOf({ id, next_action }: Stripe.PaymentIntent): AuthorizeOutcome {
  const actionUrl = next_action?.redirect_to_url?.url
  if (actionUrl) return { status: 'requires_action', authorizationRef: id, actionUrl }
  const message = 'Your bank asks for a confirmation that is not possible here. Use another payment method.'
  return { status: 'declined', authorizationRef: id, code: 'authentication_not_supported', message }
}

function explain(refusal: { decline_code?: string; code?: string; message?: string } | null) {
  return {
    code: refusal?.decline_code ?? refusal?.code ?? 'card_declined',
    message: refusal?.message ?? 'Your bank declined the payment. Use another payment method.',
  }
}

function failed(code: string, message: string): Failed {
  return { status: 'failed', code, message }
}

function unknown(reason: string): Unknown {
  return { status: 'unknown', reason }
}
