import { BusinessError } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import type { Kysely } from 'kysely'
import { ulid } from 'ulid'
import type { Intent, OperationKind, OperationRow, OperationStatus, Tables } from './database-tables.ts'
import { report } from './facts.ts'
import { capturable, type IntentChange, lockIntent, statusOfSums, updateIntent } from './intent.ts'
import { post, reverse } from './ledger.ts'
import { captured, refunded } from './postings.ts'
import type { OperationOutcome, ProviderName } from './provider/provider.ts'

/** What a movement of money is for, and who asks. */
export interface Cause {
  source: string
  sourceId: string
  reason: string
  actor: string
}

/** An operation that is to be carried out by the provider. */
export interface NewOperation extends Cause {
  kind: OperationKind
  /** Minor units of the payment's currency. */
  amount: number
  final?: boolean
}

/**
 * Records an operation and takes its amount from the payment, which is locked, before the provider hears of it. The id
 * of the row is the provider's idempotency key for ever.
 */
export async function requestOperation(
  db: Kysely<Tables>,
  intent: Intent,
  wanted: NewOperation,
): Promise<OperationRow> {
  const operation = await insertOperation(db, intent, wanted, 'requested')
  const { pending } = sums[wanted.kind]
  await updateIntent(db, intent, { [pending]: intent[pending] + wanted.amount })
  return operation
}

/** Records that a part of a locked payment is to be voided. */
export function requestVoidOf(db: Kysely<Tables>, intent: Intent, wanted: Cause & { amount: number }) {
  return requestOperation(db, intent, { ...wanted, kind: 'void' })
}

/** Books all that is left of a locked authorisation as voided, where the provider has released it by itself. */
export async function recordVoid(db: Kysely<Tables>, intent: Intent, cause: Cause): Promise<Intent> {
  const amount = capturable(intent)
  if (amount === 0) return intent
  await insertOperation(db, intent, { ...cause, kind: 'void', amount }, 'succeeded')
  return updateIntent(db, intent, { voided_minor: intent.voided_minor + amount })
}

/**
 * The operation of this kind that a cause has had already, unless it failed for good.
 *
 * @throws {BusinessError} conflict when it was for another payment or amount
 */
export async function operationFor(
  db: Kysely<Tables>,
  intent: Intent,
  wanted: { kind: OperationKind; source: string; sourceId: string; amount?: number | undefined },
): Promise<OperationRow | undefined> {
  const { kind, source, sourceId, amount } = wanted
  const found = await db
    .selectFrom('operation')
    .selectAll()
    .where('kind', '=', kind)
    .where('source', '=', source)
    .where('source_id', '=', sourceId)
    .where('status', '!=', 'failed')
    .where('status', '!=', 'reversed')
    .executeTakeFirst()
  if (!found || (found.intent_id === intent.id && (amount === undefined || amount === found.amount_minor))) return found
  throw new BusinessError(
    'conflict',
    `There is a ${kind} for ${source} ${sourceId} already: ${formatMoney(found.amount_minor, found.currency)}.`,
    {
      details: {
        reason: 'other_terms',
        operation_id: found.id,
        amount_minor: found.amount_minor,
        status: found.status,
      },
      nextActions: [{ tool: 'get_payment', arguments: { payment_id: found.intent_id } }],
    },
  )
}

/** What to send to the provider; undefined when it has ended already. */
export interface PreparedOperation {
  provider: ProviderName
  operation: Pick<OperationRow, 'id' | 'kind' | 'amount_minor' | 'currency' | 'reason' | 'final'>
  authorizationRef: string
  /** A void of everything that the authorisation holds. */
  whole: boolean
}

export async function prepareOperation(db: Kysely<Tables>, id: string): Promise<PreparedOperation | undefined> {
  const { intent, operation } = await lockOperation(db, id)
  if (!isUnderWay(operation)) return undefined
  if (operation.status === 'requested')
    await db.updateTable('operation').set({ status: 'sent' }).where('id', '=', id).execute()
  const { provider_ref } = await db
    .selectFrom('authorization')
    .select('provider_ref')
    .where('intent_id', '=', intent.id)
    .executeTakeFirstOrThrow()
  if (provider_ref === null) throw new Error(`${intent.id} is authorised and its provider's reference is not known`)
  const { kind, amount_minor, currency, reason, final } = operation
  return {
    provider: intent.provider,
    operation: { id, kind, amount_minor, currency, reason, final },
    authorizationRef: provider_ref,
    whole: amount_minor === intent.authorized_minor,
  }
}

/**
 * Writes down what became of an operation: sums, ledger and fact in one transaction. Late, repeated and reordered news
 * change nothing; only a refund can still come back after it had succeeded.
 */
export async function settleOperation(db: Kysely<Tables>, id: string, outcome: OperationOutcome): Promise<void> {
  const { intent, operation } = await lockOperation(db, id)
  if (operation.status === 'succeeded' && operation.kind === 'refund' && outcome.status === 'failed')
    return takeBack(db, intent, operation, outcome.code)
  if (!isUnderWay(operation)) return
  switch (outcome.status) {
    case 'unknown':
      // A provider that has accepted it has said more than an answer that got lost.
      if (operation.provider_ref === null) await setStatus(db, id, { status: 'unknown' })
      return
    case 'pending':
      return setStatus(db, id, { status: 'sent', provider_ref: outcome.providerRef })
    case 'failed':
      return fail(db, intent, operation, outcome)
    case 'succeeded':
      return succeed(db, intent, operation, outcome.providerRef)
  }
}

/** Asked for, and not known to have ended. */
export function isUnderWay({ status }: Pick<OperationRow, 'status'>): boolean {
  return status === 'requested' || status === 'sent' || status === 'unknown'
}

/** Which sums of a payment an operation moves: from pending to done. */
const sums = {
  capture: { pending: 'capture_pending_minor', done: 'captured_minor' },
  void: { pending: 'void_pending_minor', done: 'voided_minor' },
  refund: { pending: 'refund_pending_minor', done: 'refunded_minor' },
} as const

async function succeed(
  db: Kysely<Tables>,
  intent: Intent,
  operation: OperationRow,
  providerRef: string,
): Promise<void> {
  const { id, kind, amount_minor } = operation
  const { pending, done } = sums[kind]
  await setStatus(db, id, { status: 'succeeded', provider_ref: providerRef, ended_at: new Date() })
  if (kind === 'capture') await post(db, captured(intent, id, intent.captured_minor, amount_minor))
  if (kind === 'refund') await post(db, refunded(intent, id, intent.refunded_minor, amount_minor))
  const change: IntentChange = { [pending]: intent[pending] - amount_minor, [done]: intent[done] + amount_minor }
  let after = await updateIntent(db, intent, change)
  if (operation.final) {
    const cause = {
      source: 'final_capture',
      sourceId: id,
      reason: 'Released with the final capture',
      actor: 'payments',
    }
    after = await recordVoid(db, after, cause)
  }
  if (kind !== 'refund') after = await updateIntent(db, after, { status: statusOfSums(after) })
  if (after.status === 'voided')
    await db.updateTable('authorization').set({ status: 'voided' }).where('intent_id', '=', intent.id).execute()
  await tell(db, after, operation, 'succeeded')
}

async function fail(
  db: Kysely<Tables>,
  intent: Intent,
  operation: OperationRow,
  { code, message }: { code: string; message: string },
): Promise<void> {
  const { pending } = sums[operation.kind]
  const failure = { failure_code: code, failure_message: message, ended_at: new Date() }
  await setStatus(db, operation.id, { status: 'failed', ...failure })
  const after = await updateIntent(db, intent, { [pending]: intent[pending] - operation.amount_minor })
  await tell(db, after, operation, 'failed')
}

async function takeBack(db: Kysely<Tables>, intent: Intent, operation: OperationRow, code: string): Promise<void> {
  await setStatus(db, operation.id, { status: 'reversed', failure_code: code })
  await reverse(db, operation.id, 'refund_reversal')
  const change = { refunded_minor: intent.refunded_minor - operation.amount_minor }
  await tell(db, await updateIntent(db, intent, change), operation, 'failed')
}

const factTypes = {
  capture: 'payment.captured.v1',
  void: 'payment.voided.v1',
  refund: 'payment.refunded.v1',
} as const

async function tell(
  db: Kysely<Tables>,
  { id, order_ref }: Intent,
  operation: OperationRow,
  status: 'succeeded' | 'failed',
): Promise<void> {
  const { kind, amount_minor, currency, source, source_id } = operation
  const data = { payment_id: id, order_ref, amount_minor, currency, source, source_id, status }
  const reversal = operation.status === 'succeeded' ? ':reversed' : ''
  await report(db, { type: factTypes[kind], subject: id, id: `${operation.id}:${status}${reversal}`, data })
}

function insertOperation(
  db: Kysely<Tables>,
  intent: Intent,
  { kind, amount, source, sourceId, reason, actor, final = false }: NewOperation,
  status: OperationStatus,
): Promise<OperationRow> {
  return db
    .insertInto('operation')
    .values({
      id: `${prefixes[kind]}_${ulid()}`,
      kind,
      intent_id: intent.id,
      amount_minor: amount,
      currency: intent.currency,
      status,
      source,
      source_id: sourceId,
      reason,
      final,
      requested_by: actor,
      ended_at: status === 'succeeded' ? new Date() : null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

const prefixes = { capture: 'cap', void: 'vod', refund: 'ref' } as const

async function setStatus(
  db: Kysely<Tables>,
  id: string,
  change: Partial<Omit<OperationRow, 'id' | 'intent_id'>>,
): Promise<void> {
  await db.updateTable('operation').set(change).where('id', '=', id).execute()
}

async function lockOperation(db: Kysely<Tables>, id: string) {
  const intent = await lockIntent(db, { payment_id: id })
  const operation = await db.selectFrom('operation').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  return { intent, operation }
}
