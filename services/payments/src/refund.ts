import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Intent, OperationRow, Tables } from './database-tables.ts'
import { requireNotHeld } from './hold.ts'
import { lockIntent, type PaymentReference, readIntent, refundable, requireStatus, requireWithin } from './intent.ts'
import { countAgainstLimits, type Mover } from './limits.ts'
import { operationFor, requestOperation } from './operation.ts'
import { partOf } from './postings.ts'

/** Why money goes back; `source_id` is the id of that. */
export const refundSources = ['cancel', 'rma', 'claim', 'manual', 'late_payment'] as const
export type RefundSource = (typeof refundSources)[number]

export interface RefundWish {
  paymentId: string
  source: RefundSource
  sourceId: string
  amount: number
  reason: string
}

export type RefundDraft = Selectable<Tables['refund_draft']>

/**
 * Records a refund; one source is refunded once, and equal refunds for different sources are different refunds.
 *
 * @throws {BusinessError} not_found; invalid_transition; conflict when held, above what is left, or asked for with another
 * amount before; limit_exceeded
 */
export async function requestRefund(db: Kysely<Tables>, wish: RefundWish, mover: Mover): Promise<OperationRow> {
  const { paymentId, source, sourceId, amount, reason } = wish
  const intent = await lockIntent(db, { payment_id: paymentId })
  const cause = { kind: 'refund', source, sourceId } as const
  const earlier = await operationFor(db, intent, { ...cause, amount })
  if (earlier) return earlier
  await requireRefundable(db, intent, amount)
  const { customer_id, currency } = intent
  await countAgainstLimits(db, mover, { operation: 'refund', customerId: customer_id, amount, currency })
  return requestOperation(db, intent, { ...cause, amount, reason, actor: mover.subject })
}

/** A refund worked out before anybody agrees to it, valid for a day. It moves nothing. */
export async function proposeRefund(
  db: Kysely<Tables>,
  reference: PaymentReference,
  { amount, reason, actor }: { amount?: number | undefined; reason?: string | undefined; actor: string },
) {
  const intent = await readIntent(db, reference)
  const ceiling = refundable(intent)
  await requireRefundable(db, intent, amount ?? Math.max(ceiling, 1))
  const draft = await db
    .insertInto('refund_draft')
    .values({
      id: `rfd_${ulid()}`,
      intent_id: intent.id,
      amount_minor: amount ?? ceiling,
      reason: reason ?? null,
      created_by: actor,
      expires_at: sql`now() + interval '24 hours'`,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const before = intent.refunded_minor + intent.refund_pending_minor
  return { draft, intent, ceiling, parts: partOf(intent, before, draft.amount_minor) }
}

/**
 * The refund that a draft stands for: its id is the source, so that it is refunded once.
 *
 * @throws {BusinessError} not_found; conflict when it has expired
 */
export async function wishOfDraft(db: Kysely<Tables>, draftId: string, reason: string): Promise<RefundWish> {
  const draft = await readDraft(db, draftId)
  const done = await db
    .selectFrom('operation')
    .select('id')
    .where('kind', '=', 'refund')
    .where('source_id', '=', draftId)
    .executeTakeFirst()
  if (!done && draft.expires_at.getTime() < Date.now())
    throw new BusinessError('conflict', `The draft ${draftId} has expired. Work the refund out again.`, {
      nextActions: [{ tool: 'propose_refund', arguments: { payment_id: draft.intent_id } }],
    })
  return { paymentId: draft.intent_id, source: 'manual', sourceId: draftId, amount: draft.amount_minor, reason }
}

/**
 * @throws {BusinessError} not_found
 */
export async function readDraft(db: Kysely<Tables>, id: string): Promise<RefundDraft> {
  const draft = await db.selectFrom('refund_draft').selectAll().where('id', '=', id).executeTakeFirst()
  if (draft) return draft
  throw new BusinessError('not_found', `There is no refund draft ${id}.`, { nextActions: [{ tool: 'propose_refund' }] })
}

async function requireRefundable(db: Kysely<Tables>, intent: Intent, amount: number): Promise<void> {
  requireStatus(intent, ['partially_captured', 'captured'], 'refund')
  await requireNotHeld(db, intent, 'refund')
  requireWithin(intent, amount, refundable(intent), 'refund')
}
