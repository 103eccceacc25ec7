import type { Stripe } from 'stripe'
import type { OperationOutcome, ProviderDispute } from './provider.ts'
import { fromStripe } from './stripe-amounts.ts'

const statuses: Record<string, ProviderDispute['status']> = {
  warning_needs_response: 'warning',
  warning_under_review: 'under_review',
  warning_closed: 'won',
  needs_response: 'needs_response',
  under_review: 'under_review',
  appeal_needs_response: 'needs_response',
  appeal_under_review: 'under_review',
  prevented: 'won',
  won: 'won',
  lost: 'lost',
}

/** A dispute of Stripe in our terms; undefined when it is about no payment of ours or in no state that we know. */
export function disputeOf(dispute: Stripe.Dispute): ProviderDispute | undefined {
  const { id, amount, currency, reason, payment_intent, evidence_details } = dispute
  const authorizationRef = typeof payment_intent === 'string' ? payment_intent : payment_intent?.id
  const status = statuses[dispute.status]
  if (!authorizationRef || !status) return undefined
  const dueBy = evidence_details.due_by
  return {
    disputeRef: id,
    authorizationRef,
    amountMinor: fromStripe(amount, currency),
    currency: currency.toUpperCase(),
    reason,
    status,
    respondBy: dueBy ? new Date(dueBy * 1_000) : null,
  }
}

/** An answer to a dispute was taken. */
export function answeredOutcome({ id, amount, currency }: Stripe.Dispute): OperationOutcome {
  return { status: 'succeeded', providerRef: id, amountMinor: fromStripe(amount, currency) }
}

const fields: Record<string, keyof Stripe.DisputeUpdateParams.Evidence> = {
  tracking_number: 'shipping_tracking_number',
  carrier: 'shipping_carrier',
  shipped_on: 'shipping_date',
  shipping_address: 'shipping_address',
  product_description: 'product_description',
  customer_name: 'customer_name',
  customer_email: 'customer_email_address',
}

/** Named texts as the fields that Stripe has for them; the others stand under each other in its field for everything else. */
export function evidenceFor(evidence: Record<string, string>): Stripe.DisputeUpdateParams.Evidence {
  const known = Object.entries(evidence).flatMap(([name, text]) => (fields[name] ? [[fields[name], text]] : []))
  const rest = Object.entries(evidence).filter(([name]) => !fields[name])
  const texts = rest.map(([name, text]) => `${name.replaceAll('_', ' ')}: ${text}`)
  return { ...Object.fromEntries(known), ...(texts.length > 0 ? { uncategorized_text: texts.join('\n') } : {}) }
}
