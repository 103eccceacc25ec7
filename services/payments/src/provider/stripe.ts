import { Stripe } from 'stripe'
import {
  type AuthorizeOutcome,
  BadWebhook,
  type OperationOutcome,
  type OperationReference,
  type Provider,
} from './provider.ts'
import { toStripe } from './stripe-amounts.ts'
import { answeredOutcome, evidenceFor } from './stripe-dispute.ts'
import { readEvent } from './stripe-events.ts'
import { movementOf, movementTypes } from './stripe-movements.ts'
import {
  authorizeOutcome,
  captureOutcome,
  declineOf,
  refundOutcome,
  refusalOf,
  voidOutcome,
} from './stripe-outcomes.ts'

export interface StripeOptions {
  secretKey: string
  webhookSecret: string
  /** Origin to which customers return from their bank. */
  publicUrl: string
  /** Origin of the API, for tests. Default: Stripe's own. */
  apiUrl?: string | undefined
  /** Milliseconds until an answer counts as lost. Default: 20 s. */
  answerLimitMs?: number
}

const ANSWER_LIMIT_MS = 20_000
const expand = ['latest_charge']

/**
 * Stripe. A payment is a PaymentIntent with manual capture whose metadata carry our ids: of the authorization, and of each
 * capture with its amount. By them an operation is found again when Stripe has forgotten its idempotency key, which it
 * keeps for a day at least.
 */
export function stripeProvider({ secretKey, webhookSecret, publicUrl, apiUrl, ...options }: StripeOptions): Provider {
  const { answerLimitMs = ANSWER_LIMIT_MS } = options
  const stripe = new Stripe(secretKey, {
    ...{ timeout: answerLimitMs, maxNetworkRetries: 1, telemetry: false },
    ...(apiUrl ? hostOf(apiUrl) : {}),
  })

  return {
    name: 'stripe',
    capabilities: { multicapture: true, partialVoid: false },
    async authorize({ operationId, intentId, orderRef, customerId, amountMinor, currency, method }) {
      try {
        const created = await stripe.paymentIntents.create(
          {
            amount: toStripe(amountMinor, currency),
            currency: currency.toLowerCase(),
            payment_method: method,
            confirm: true,
            capture_method: 'manual',
            payment_method_options: { card: { request_multicapture: 'if_available' } },
            return_url: `${publicUrl}/payments/authenticate/${intentId}`,
            metadata: {
              ...{ operation_id: operationId, intent_id: intentId, order_ref: orderRef, customer_id: customerId },
              amount_minor: amountMinor,
            },
            expand,
          },
          { idempotencyKey: operationId },
        )
        // A repeated request is answered as it was the first time; the payment may have moved on since.
        const isOld = created.lastResponse.headers['idempotent-replayed'] === 'true'
        return authorizeOutcome(isOld ? await stripe.paymentIntents.retrieve(created.id, { expand }) : created)
      } catch (error) {
        return declineOf(error) ?? orFound(() => findAuthorization(stripe, { operationId }), error)
      }
    },
    async capture({ operationId, authorizationRef, amountMinor, currency, final }) {
      try {
        const amount = toStripe(amountMinor, currency)
        const params = { amount_to_capture: amount, metadata: { [operationId]: amountMinor } }
        const intent = await stripe.paymentIntents.capture(
          authorizationRef,
          final ? params : { ...params, final_capture: false },
          { idempotencyKey: operationId },
        )
        return captureOutcome(intent, operationId) ?? { status: 'unknown', reason: 'the capture is not recorded' }
      } catch (error) {
        return orFound(() => findMovement(stripe, { kind: 'capture', operationId, authorizationRef }), error)
      }
    },
    async void({ operationId, authorizationRef, amountMinor }) {
      if (amountMinor !== undefined)
        return { status: 'failed', code: 'unsupported', message: 'Stripe releases all that is left, or nothing.' }
      try {
        return voidOutcome(await stripe.paymentIntents.cancel(authorizationRef, {}, { idempotencyKey: operationId }))
      } catch (error) {
        return orFound(() => findMovement(stripe, { kind: 'void', operationId, authorizationRef }), error)
      }
    },
    async refund({ operationId, authorizationRef, amountMinor, currency, reason }) {
      try {
        const metadata = { operation_id: operationId, reason: reason.slice(0, 500) }
        const refund = await stripe.refunds.create(
          { payment_intent: authorizationRef, amount: toStripe(amountMinor, currency), metadata },
          { idempotencyKey: operationId },
        )
        return refundOutcome(refund, amountMinor)
      } catch (error) {
        return orFound(() => findMovement(stripe, { kind: 'refund', operationId, authorizationRef }), error)
      }
    },
    async lookup(operation) {
      try {
        const found =
          operation.kind === 'authorize' ? findAuthorization(stripe, operation) : findMovement(stripe, operation)
        return (await found) ?? { status: 'not_found' }
      } catch (error) {
        return { status: 'unknown', reason: (error as Error).message }
      }
    },
    async submitDisputeEvidence({ operationId, disputeRef, evidence }) {
      try {
        const params = { evidence: evidenceFor(evidence), submit: true }
        const dispute = await stripe.disputes.update(disputeRef, params, { idempotencyKey: operationId })
        return answeredOutcome(dispute)
      } catch (error) {
        return refusalOf(error)
      }
    },
    async acceptDispute({ operationId, disputeRef }) {
      try {
        return answeredOutcome(await stripe.disputes.close(disputeRef, {}, { idempotencyKey: operationId }))
      } catch (error) {
        return refusalOf(error)
      }
    },
    async movements(from, to) {
      const seconds = (moment: Date) => Math.ceil(moment.getTime() / 1_000)
      const all = stripe.balanceTransactions.list({
        created: { gte: seconds(from), lt: seconds(to) },
        limit: 100,
        expand: ['data.source', 'data.source.payment_intent', 'data.source.charge'],
      })
      const found = []
      for await (const transaction of all) {
        const movement = movementTypes.has(transaction.type) ? movementOf(transaction) : undefined
        if (movement) found.push(movement)
      }
      return found.reverse()
    },
    verifyWebhook(rawBody, headers) {
      try {
        const event = stripe.webhooks.constructEvent(rawBody, String(headers['stripe-signature']), webhookSecret)
        return { eventId: event.id, type: event.type, payload: event }
      } catch (error) {
        throw new BadWebhook(error instanceof SyntaxError ? 'the body is not JSON' : 'the signature does not match')
      }
    },
    readEvent: (payload) => readEvent(payload as Stripe.Event),
  }
}

/** What Stripe knows of an authorization; undefined: nothing (yet: its search is up to a minute late). */
async function findAuthorization(
  stripe: Stripe,
  { operationId, authorizationRef }: Pick<OperationReference, 'operationId' | 'authorizationRef'>,
): Promise<AuthorizeOutcome | undefined> {
  const query = `metadata['operation_id']:'${operationId}'`
  const id = authorizationRef ?? (await stripe.paymentIntents.search({ query, limit: 1 })).data[0]?.id
  return id ? authorizeOutcome(await stripe.paymentIntents.retrieve(id, { expand })) : undefined
}

/** What Stripe knows of a capture, void or refund; undefined: nothing. */
async function findMovement(
  stripe: Stripe,
  { kind, operationId, authorizationRef }: OperationReference,
): Promise<OperationOutcome | undefined> {
  if (!authorizationRef) return undefined
  if (kind === 'refund') {
    for await (const refund of stripe.refunds.list({ payment_intent: authorizationRef, limit: 100 }))
      if (refund.metadata?.operation_id === operationId) return refundOutcome(refund)
    return undefined
  }
  const intent = await stripe.paymentIntents.retrieve(authorizationRef)
  if (kind === 'capture') return captureOutcome(intent, operationId)
  return intent.status === 'canceled' ? voidOutcome(intent) : undefined
}

/**
 * A refusal is final only when the operation did not happen under an earlier, forgotten request of the same id: what has
 * been captured already cannot be captured again either.
 */
async function orFound<Outcome>(find: () => Promise<Outcome | undefined>, error: unknown) {
  const refusal = refusalOf(error)
  if (refusal.status !== 'failed') return refusal
  try {
    return (await find()) ?? refusal
  } catch {
    return { status: 'unknown' as const, reason: `refused (${refusal.code}), and what happened before is not known` }
  }
}

function hostOf(apiUrl: string) {
  const { protocol, hostname, port } = new URL(apiUrl)
  const isPlain = protocol === 'http:'
  return {
    protocol: isPlain ? ('http' as const) : ('https' as const),
    host: hostname,
    port: port || (isPlain ? 80 : 443),
  }
}
