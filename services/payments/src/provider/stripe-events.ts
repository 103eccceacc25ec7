import type { Stripe } from 'stripe'
import type { ProviderEvent } from './provider.ts'
import { disputeOf } from './stripe-dispute.ts'
import { authorizeOutcome, refundOutcome } from './stripe-outcomes.ts'

/** What an event of Stripe says; undefined for the many that say nothing which the answers to our calls did not. */
export function readEvent(event: Stripe.Event): ProviderEvent | undefined {
  switch (event.type) {
    case 'payment_intent.amount_capturable_updated':
    case 'payment_intent.payment_failed':
      return aboutAuthorization(event.data.object)
    case 'payment_intent.canceled':
      return aboutCanceled(event.data.object)
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed':
      return aboutRefund(event.data.object)
    case 'charge.dispute.created':
    case 'charge.dispute.updated':
    case 'charge.dispute.closed': {
      const dispute = disputeOf(event.data.object)
      return dispute && { about: 'dispute', dispute }
    }
    default:
      return undefined
  }
}

function aboutAuthorization(intent: Stripe.PaymentIntent): ProviderEvent | undefined {
  const operationId = intent.metadata.operation_id
  if (!operationId) return undefined
  const operation = { kind: 'authorize' as const, operationId, authorizationRef: intent.id }
  return { about: 'operation', operation, outcome: authorizeOutcome(intent) }
}

/** Stripe cancels by itself what was not captured in time. */
function aboutCanceled(intent: Stripe.PaymentIntent): ProviderEvent | undefined {
  const operationId = intent.metadata.operation_id
  if (!operationId || intent.cancellation_reason !== 'automatic') return aboutAuthorization(intent)
  return { about: 'authorization_expired', authorizationRef: intent.id, operationId }
}

function aboutRefund(refund: Stripe.Refund): ProviderEvent | undefined {
  const operationId = refund.metadata?.operation_id
  const { payment_intent } = refund
  const authorizationRef = typeof payment_intent === 'string' ? payment_intent : payment_intent?.id
  if (!operationId || !authorizationRef) return undefined
  const operation = { kind: 'refund' as const, operationId, authorizationRef }
  return { about: 'operation', operation, outcome: refundOutcome(refund) }
}
