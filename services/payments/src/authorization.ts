import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { ulid } from 'ulid'
import type { AuthorizationRow, AuthorizationStatus, Intent, OperationRow, Tables } from './database-tables.ts'
import { report } from './facts.ts'
import { placeHold } from './hold.ts'
import { lockIntent, statusOfSums, updateIntent } from './intent.ts'
import { countAgainstLimits, type Mover } from './limits.ts'
import { recordVoid, requestVoidOf } from './operation.ts'
import type { AuthorizeOutcome, AuthorizeRequest, Capabilities, ProviderName } from './provider/provider.ts'
import { assessRisk, type RiskScore } from './risk.ts'

/** What a checkout asks to be authorised; `shipping` and `tax` are parts of `amount`, all in minor units. */
export interface PaymentRequest {
  checkoutId: string
  orderRef: string
  customerId: string
  amount: number
  shipping: number
  tax: number
  currency: string
  method: string
}

/** What the answer of a provider means after it was written down as JSON. */
export type RecordedAuthorization =
  | AuthorizeOutcome
  | (Omit<Extract<AuthorizeOutcome, { status: 'succeeded' }>, 'captureBefore'> & { captureBefore: string })
  | { status: 'expired' }

/**
 * Records the payment of a checkout and the request for its authorisation, before the provider hears of it. The same
 * checkout again answers with the same payment.
 *
 * @throws {BusinessError} conflict when the checkout has a payment of other terms; limit_exceeded; policy_denied
 */
export async function requestAuthorization(
  db: Kysely<Tables>,
  request: PaymentRequest,
  { mover, provider }: { mover: Mover; provider: { name: ProviderName; capabilities: Capabilities } },
): Promise<{ intent: Intent; authorization: AuthorizationRow }> {
  const { checkoutId, orderRef, customerId, amount, shipping, tax, currency, method } = request
  const made = await db
    .insertInto('payment_intent')
    .values({
      id: `pay_${ulid()}`,
      checkout_id: checkoutId,
      order_ref: orderRef,
      customer_id: customerId,
      currency,
      amount_minor: amount,
      shipping_minor: shipping,
      tax_minor: tax,
      method,
      capture_method: provider.capabilities.multicapture ? 'multiple' : 'single',
      provider: provider.name,
      status: 'requires_method',
    })
    .onConflict((conflict) => conflict.column('checkout_id').doNothing())
    .returningAll()
    .executeTakeFirst()
  const intent = made ?? (await lockIntent(db, { checkout_id: checkoutId }))
  if (!made) {
    requireSameTerms(intent, request)
    return { intent, authorization: await authorizationOf(db, intent.id) }
  }
  await countAgainstLimits(db, mover, { operation: 'authorize', customerId, amount, currency })
  const authorization = await db
    .insertInto('authorization')
    .values({ id: `aut_${ulid()}`, intent_id: intent.id, amount_minor: amount, status: 'requested' })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { intent, authorization }
}

/** What to send to the provider; undefined when it is decided already, or was given up before it was sent. */
export async function prepareAuthorization(
  db: Kysely<Tables>,
  id: string,
): Promise<{ provider: ProviderName; request: AuthorizeRequest } | undefined> {
  const { intent, authorization } = await lockAuthorization(db, id)
  if (!isOpen(authorization)) return undefined
  if (authorization.status === 'requested') {
    if (intent.status === 'voided') {
      await decide(db, authorization, { status: 'failed', message: 'Given up before it was sent' })
      return undefined
    }
    await db.updateTable('authorization').set({ status: 'sent' }).where('id', '=', id).execute()
  }
  const request: AuthorizeRequest = {
    operationId: id,
    intentId: intent.id,
    orderRef: intent.order_ref,
    customerId: intent.customer_id,
    amountMinor: authorization.amount_minor,
    currency: intent.currency,
    method: intent.method,
  }
  return { provider: intent.provider, request }
}

/**
 * Writes down what became of an authorisation. Late, repeated and reordered news change nothing: it only moves forward.
 *
 * @returns the void to carry out when the money was reserved for a payment that had been given up
 */
export async function settleAuthorization(
  db: Kysely<Tables>,
  id: string,
  outcome: RecordedAuthorization,
): Promise<{ toVoid?: OperationRow }> {
  const { intent, authorization } = await lockAuthorization(db, id)
  if (outcome.status === 'expired') return expire(db, intent, authorization)
  if (!isOpen(authorization)) return {}
  switch (outcome.status) {
    case 'unknown':
      if (authorization.status !== 'requires_action') await setStatus(db, id, { status: 'unknown' })
      return {}
    case 'requires_action':
      await setStatus(db, id, {
        status: 'requires_action',
        provider_ref: outcome.authorizationRef,
        action_url: outcome.actionUrl,
      })
      if (intent.status === 'requires_method') await updateIntent(db, intent, { status: 'requires_action' })
      return {}
    case 'declined':
    case 'failed':
      await refuse(db, intent, authorization, outcome)
      return {}
    case 'succeeded':
      return accept(db, intent, authorization, outcome)
  }
}

/** The request of a payment. */
export function authorizationOf(db: Kysely<Tables>, intentId: string): Promise<AuthorizationRow> {
  return db.selectFrom('authorization').selectAll().where('intent_id', '=', intentId).executeTakeFirstOrThrow()
}

const OPEN: readonly AuthorizationStatus[] = ['requested', 'sent', 'unknown', 'requires_action']

/** Not decided yet. */
export function isOpen({ status }: AuthorizationRow): boolean {
  return OPEN.includes(status)
}

type Accepted = Extract<RecordedAuthorization, { status: 'succeeded' }>

async function accept(
  db: Kysely<Tables>,
  intent: Intent,
  authorization: AuthorizationRow,
  outcome: Accepted,
): Promise<{ toVoid?: OperationRow }> {
  await decide(db, authorization, {
    status: 'authorized',
    provider_ref: outcome.authorizationRef,
    capture_before: new Date(outcome.captureBefore),
    action_url: null,
  })
  const authorized = {
    authorized_minor: authorization.amount_minor,
    ...(outcome.singleCapture ? { capture_method: 'single' as const } : {}),
  }
  if (intent.status === 'voided') {
    const given = await updateIntent(db, intent, authorized)
    const cause = { source: 'late_authorization', sourceId: authorization.id, reason: 'The payment had been given up' }
    return {
      toVoid: await requestVoidOf(db, given, { ...cause, amount: authorization.amount_minor, actor: 'payments' }),
    }
  }
  const updated = await updateIntent(db, intent, { ...authorized, status: 'authorized' })
  await holdIfRisky(db, updated, outcome.risk === 'elevated')
  if (authorization.status !== 'sent') await tell(db, updated, 'payment.authorized.v1')
  return {}
}

async function refuse(
  db: Kysely<Tables>,
  intent: Intent,
  authorization: AuthorizationRow,
  outcome: Extract<RecordedAuthorization, { status: 'declined' | 'failed' }>,
): Promise<void> {
  const { status, code, message } = outcome
  await decide(db, authorization, { status, decline_code: code, message, action_url: null })
  if (intent.status === 'voided') return
  const updated = await updateIntent(db, intent, { status })
  if (authorization.status !== 'sent') await tell(db, updated, 'payment.failed.v1', code)
}

/** The reservation has lapsed at the provider: what was not captured cannot be any more. */
async function expire(
  db: Kysely<Tables>,
  intent: Intent,
  authorization: AuthorizationRow,
): Promise<Record<string, never>> {
  if (authorization.status === 'requires_action') {
    const message = 'The customer did not confirm in time'
    await refuse(db, intent, authorization, { status: 'failed', code: 'authentication_expired', message })
    return {}
  }
  if (authorization.status !== 'authorized') return {}
  await setStatus(db, authorization.id, { status: 'expired' })
  const cause = { source: 'expiry', sourceId: authorization.id, reason: 'The authorisation expired', actor: 'payments' }
  const after = await recordVoid(db, intent, cause)
  const status = after.captured_minor === 0 ? 'expired' : statusOfSums(after)
  await updateIntent(db, after, { status })
  return {}
}

async function holdIfRisky(db: Kysely<Tables>, intent: Intent, elevatedByProvider: boolean): Promise<void> {
  const risk = await assessRisk(db, intent, { elevatedByProvider })
  await recordRisk(db, intent.id, risk)
  if (risk.level !== 'high') return
  await placeHold(db, {
    target: 'payment',
    targetId: intent.id,
    kind: 'fraud_review',
    reason: risk.rules.map(({ detail }) => detail).join('; '),
    evidence: { score: risk.score, rules: risk.rules },
    blocks: ['capture', 'payout'],
    actor: 'payments',
  })
}

async function recordRisk(db: Kysely<Tables>, intentId: string, { score, level, rules }: RiskScore): Promise<void> {
  await db
    .insertInto('risk_assessment')
    .values({ intent_id: intentId, score, level, rules: JSON.stringify(rules) })
    .execute()
}

async function tell(
  db: Kysely<Tables>,
  { id, checkout_id, amount_minor, currency }: Intent,
  type: 'payment.authorized.v1' | 'payment.failed.v1',
  reason?: string,
): Promise<void> {
  const data = { payment_id: id, checkout_id, amount_minor, currency, ...(reason === undefined ? {} : { reason }) }
  await report(db, { type, subject: id, id: `${id}:${type}`, data })
}

type Decision = Partial<Omit<AuthorizationRow, 'id' | 'intent_id'>>

async function decide(db: Kysely<Tables>, { id }: AuthorizationRow, decision: Decision): Promise<void> {
  await setStatus(db, id, { ...decision, decided_at: new Date() })
}

async function setStatus(db: Kysely<Tables>, id: string, change: Decision): Promise<void> {
  await db.updateTable('authorization').set(change).where('id', '=', id).execute()
}

async function lockAuthorization(db: Kysely<Tables>, id: string) {
  const intent = await lockIntent(db, { payment_id: id })
  return { intent, authorization: await authorizationOf(db, intent.id) }
}

function requireSameTerms(intent: Intent, request: PaymentRequest): void {
  const { amount, currency, customerId, orderRef, method } = request
  const same =
    intent.amount_minor === amount &&
    intent.currency === currency &&
    intent.customer_id === customerId &&
    intent.order_ref === orderRef &&
    intent.method === method
  if (same) return
  throw new BusinessError('conflict', `Checkout ${intent.checkout_id} has a payment of other terms already.`, {
    details: {
      reason: 'other_terms',
      payment_id: intent.id,
      amount_minor: intent.amount_minor,
      currency: intent.currency,
    },
    nextActions: [{ tool: 'get_payment', arguments: { payment_id: intent.id } }],
  })
}
