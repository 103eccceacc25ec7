import { BusinessError } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { type Kysely, sql } from 'kysely'
import type { Intent, IntentStatus, Tables } from './database-tables.ts'

/** How a caller names a payment: by its own id (or that of one of its operations), its order or its checkout. */
export interface PaymentReference {
  payment_id?: string | undefined
  order_ref?: string | undefined
  checkout_id?: string | undefined
}

/** Where a payment may go from each status. */
export const intentTransitions: Record<IntentStatus, readonly IntentStatus[]> = {
  requires_method: ['requires_action', 'authorized', 'declined', 'failed', 'voided'],
  requires_action: ['authorized', 'declined', 'failed', 'voided'],
  authorized: ['partially_captured', 'captured', 'voided', 'expired'],
  partially_captured: ['captured'],
  captured: [],
  voided: [],
  expired: [],
  declined: [],
  failed: [],
}

/** Nothing is authorised and nothing decided: the payment can still be closed without the provider. */
export function isUndecided({ status }: Intent): boolean {
  return status === 'requires_method' || status === 'requires_action'
}

/** What can still be captured, in minor units. */
export function capturable(intent: Intent): number {
  const { authorized_minor, captured_minor, capture_pending_minor, voided_minor, void_pending_minor } = intent
  return authorized_minor - captured_minor - capture_pending_minor - voided_minor - void_pending_minor
}

/** What can still be refunded: captured, and neither given back nor in a dispute. */
export function refundable(intent: Intent): number {
  const { captured_minor, refunded_minor, refund_pending_minor, disputed_minor, dispute_lost_minor } = intent
  return Math.max(0, captured_minor - refunded_minor - refund_pending_minor - disputed_minor - dispute_lost_minor)
}

/**
 * The payment, locked until the transaction ends. Whoever changes a payment or its operations takes this lock first.
 *
 * @throws {BusinessError} not_found; invalid_argument when it is named in no way or in several
 */
export async function lockIntent(db: Kysely<Tables>, reference: PaymentReference): Promise<Intent> {
  const id = await intentIdOf(db, reference)
  return db.selectFrom('payment_intent').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow()
}

/**
 * The payment as it stands.
 *
 * @throws {BusinessError} not_found; invalid_argument when it is named in no way or in several
 */
export async function readIntent(db: Kysely<Tables>, reference: PaymentReference): Promise<Intent> {
  const id = await intentIdOf(db, reference)
  return db.selectFrom('payment_intent').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** Sums and status to write; a locked payment only. */
export type IntentChange = Partial<
  Omit<Intent, 'id' | 'version' | 'checkout_id' | 'customer_id' | 'currency' | 'created_at'>
>

/** Writes the change of a locked payment and counts its version up. */
export function updateIntent(db: Kysely<Tables>, intent: Intent, change: IntentChange): Promise<Intent> {
  return db
    .updateTable('payment_intent')
    .set({ ...change, version: intent.version + 1 })
    .where('id', '=', intent.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** The status that the sums of a payment with an authorisation say. */
export function statusOfSums(intent: Intent): IntentStatus {
  if (intent.captured_minor === 0) return intent.voided_minor === intent.authorized_minor ? 'voided' : 'authorized'
  return intent.captured_minor + intent.voided_minor === intent.authorized_minor ? 'captured' : 'partially_captured'
}

/**
 * @throws {BusinessError} invalid_transition with the legal set
 */
export function requireStatus(intent: Intent, wanted: readonly IntentStatus[], toDo: string): void {
  if (wanted.includes(intent.status)) return
  throw new BusinessError(
    'invalid_transition',
    `Payment ${intent.id} is ${intent.status.replaceAll('_', ' ')}, so there is nothing to ${toDo}.`,
    {
      details: { status: intent.status, needed: wanted, legal: intentTransitions[intent.status] },
      nextActions: [{ tool: 'get_payment', arguments: { payment_id: intent.id } }],
    },
  )
}

/**
 * @throws {BusinessError} conflict with the ceiling, when more is asked for than is left
 */
export function requireWithin(intent: Intent, amount: number, ceiling: number, toDo: 'capture' | 'void' | 'refund') {
  if (amount <= ceiling) return
  const money = (minor: number) => formatMoney(minor, intent.currency)
  throw new BusinessError(
    'conflict',
    `${money(amount)} is more than payment ${intent.id} has left to ${toDo}: ${money(ceiling)}.`,
    {
      details: { requested_minor: amount, available_minor: ceiling, currency: intent.currency },
      nextActions: [{ tool: 'get_payment', arguments: { payment_id: intent.id } }],
    },
  )
}

async function intentIdOf(db: Kysely<Tables>, { payment_id, order_ref, checkout_id }: PaymentReference) {
  const named = [payment_id, order_ref, checkout_id].filter((value) => value !== undefined)
  if (named.length !== 1)
    throw new BusinessError(
      'invalid_argument',
      'Name the payment by exactly one of payment_id, order_ref, checkout_id.',
    )
  const found = payment_id === undefined ? await byReference(db, order_ref, checkout_id) : await byId(db, payment_id)
  if (found) return found.id
  throw new BusinessError('not_found', `There is no payment ${named[0]}.`, {
    nextActions: [{ tool: 'list_payments', hint: 'Look it up by order, customer or status.' }],
  })
}

/** The latest payment of an order counts. */
function byReference(db: Kysely<Tables>, orderRef: string | undefined, checkoutId: string | undefined) {
  const query = db.selectFrom('payment_intent').select('id')
  return checkoutId === undefined
    ? query
        .where('order_ref', '=', orderRef as string)
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst()
    : query.where('checkout_id', '=', checkoutId).executeTakeFirst()
}

async function byId(db: Kysely<Tables>, id: string): Promise<{ id: string } | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from payment_intent where id = ${id}
    union all select intent_id from "authorization" where id = ${id}
    union all select intent_id from operation where id = ${id}`.execute(db)
  return rows[0]
}
