import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { DisputeRow, DisputeStatus, Intent, Tables } from './database-tables.ts'
import { report } from './facts.ts'
import { lockIntent, updateIntent } from './intent.ts'
import { post } from './ledger.ts'
import { disputeLost, disputeWithdrawn, disputeWon } from './postings.ts'
import type { OperationOutcome, ProviderDispute, ProviderName } from './provider/provider.ts'

/** Where a dispute may go from each status. The provider's verdict counts even after our time to answer has passed. */
export const disputeTransitions: Record<DisputeStatus, readonly DisputeStatus[]> = {
  warning: ['needs_response', 'under_review', 'won', 'lost', 'accepted', 'expired'],
  needs_response: ['under_review', 'won', 'lost', 'accepted', 'expired'],
  under_review: ['won', 'lost', 'accepted'],
  expired: ['won', 'lost'],
  won: [],
  lost: [],
  accepted: [],
}

export type DisputeAnswer = Selectable<Tables['dispute_answer']>

/**
 * Writes down what a provider says of a dispute. Late, repeated and reordered news change nothing.
 *
 * @returns the dispute; undefined when the payment is not known (yet)
 */
export async function recordDispute(
  db: Kysely<Tables>,
  provider: ProviderName,
  news: ProviderDispute,
): Promise<DisputeRow | undefined> {
  const payment = await db
    .selectFrom('authorization')
    .select('intent_id')
    .where('provider_ref', '=', news.authorizationRef)
    .executeTakeFirst()
  if (!payment) return undefined
  const intent = await lockIntent(db, { payment_id: payment.intent_id })
  const known = await db
    .selectFrom('dispute')
    .selectAll()
    .where('provider_ref', '=', news.disputeRef)
    .executeTakeFirst()
  const dispute = known ?? (await open(db, intent, provider, news))
  return move(db, dispute, news.status, news.respondBy)
}

/**
 * Records our answer to a dispute before the provider hears of it. The same answer again is the same one.
 *
 * @throws {BusinessError} not_found; invalid_transition when there is nothing to answer any more; conflict when another
 * answer was given
 */
export async function requestAnswer(
  db: Kysely<Tables>,
  disputeId: string,
  wanted: { kind: DisputeAnswer['kind']; evidence: Record<string, string>; actor: string },
): Promise<DisputeAnswer> {
  const dispute = await lockDispute(db, disputeId)
  const earlier = await db
    .selectFrom('dispute_answer')
    .selectAll()
    .where('dispute_id', '=', disputeId)
    .where('status', '!=', 'failed')
    .executeTakeFirst()
  if (earlier?.kind === wanted.kind) return earlier
  if (earlier)
    throw new BusinessError('conflict', `Dispute ${disputeId} has been answered already, by ${earlier.kind}.`, {
      nextActions: [{ tool: 'get_dispute', arguments: { dispute_id: disputeId } }],
    })
  const to = wanted.kind === 'evidence' ? 'under_review' : 'accepted'
  if (dispute.status === 'under_review' || !disputeTransitions[dispute.status].includes(to))
    throw new BusinessError('invalid_transition', `Dispute ${disputeId} is ${dispute.status}: it takes no answer.`, {
      details: { status: dispute.status, wanted: to, legal: disputeTransitions[dispute.status] },
    })
  return db
    .insertInto('dispute_answer')
    .values({
      id: `dsa_${ulid()}`,
      dispute_id: disputeId,
      kind: wanted.kind,
      evidence: JSON.stringify(wanted.evidence),
      status: 'requested',
      requested_by: wanted.actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** What to send to the provider for an answer. */
export async function prepareAnswer(db: Kysely<Tables>, answerId: string) {
  const answer = await answerById(db, answerId)
  const { provider, provider_ref } = await readDispute(db, answer.dispute_id)
  const { kind, evidence } = answer
  return { provider, request: { operationId: answerId, disputeRef: provider_ref, evidence }, kind }
}

/** Writes down what became of an answer. */
export async function settleAnswer(db: Kysely<Tables>, answerId: string, outcome: OperationOutcome): Promise<void> {
  const { dispute_id, kind, evidence } = await answerById(db, answerId)
  const dispute = await lockDispute(db, dispute_id)
  const status = outcome.status === 'pending' ? 'succeeded' : outcome.status
  const failure = outcome.status === 'failed' ? outcome.message : null
  await db.updateTable('dispute_answer').set({ status, failure }).where('id', '=', answerId).execute()
  if (status !== 'succeeded') return
  if (kind === 'acceptance') return void (await move(db, dispute, 'accepted', dispute.respond_by))
  await db
    .updateTable('dispute')
    .set({ evidence: JSON.stringify(evidence) })
    .where('id', '=', dispute_id)
    .execute()
  await move(db, dispute, 'under_review', dispute.respond_by)
}

/** Disputes whose time to answer has passed with no answer. */
export async function expireDisputes(db: Kysely<Tables>): Promise<DisputeRow[]> {
  const due = await db
    .selectFrom('dispute')
    .select('id')
    .where('status', '=', sql<DisputeStatus>`any(array['warning', 'needs_response'])`)
    .where('respond_by', '<=', sql<Date>`now()`)
    .where('id', 'not in', (of) => of.selectFrom('dispute_answer').select('dispute_id').where('status', '!=', 'failed'))
    .limit(100)
    .execute()
  const expired: DisputeRow[] = []
  for (const { id } of due) {
    const dispute = await lockDispute(db, id)
    expired.push(await move(db, dispute, 'expired', dispute.respond_by))
  }
  return expired
}

/**
 * @throws {BusinessError} not_found
 */
export async function readDispute(db: Kysely<Tables>, id: string): Promise<DisputeRow> {
  const dispute = await db.selectFrom('dispute').selectAll().where('id', '=', id).executeTakeFirst()
  if (dispute) return dispute
  throw new BusinessError('not_found', `There is no dispute ${id}.`, { nextActions: [{ tool: 'list_disputes' }] })
}

async function open(
  db: Kysely<Tables>,
  intent: Intent,
  provider: ProviderName,
  news: ProviderDispute,
): Promise<DisputeRow> {
  const { disputeRef, amountMinor, currency, reason, respondBy } = news
  const dispute = await db
    .insertInto('dispute')
    .values({
      id: `dsp_${ulid()}`,
      intent_id: intent.id,
      provider,
      provider_ref: disputeRef,
      amount_minor: amountMinor,
      currency,
      reason,
      status: 'warning',
      respond_by: respondBy,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await report(db, {
    type: 'payment.dispute_opened.v1',
    subject: intent.id,
    id: `${dispute.id}:opened`,
    data: {
      ...{ dispute_id: dispute.id, payment_id: intent.id, order_ref: intent.order_ref },
      ...{ amount_minor: amountMinor, currency, reason, respond_by: respondBy?.toISOString() ?? null },
    },
  })
  return dispute
}

/** Moves a dispute of a locked payment forward, with the money that goes with it; a step back is ignored. */
async function move(
  db: Kysely<Tables>,
  dispute: DisputeRow,
  to: DisputeStatus,
  respondBy: Date | null,
): Promise<DisputeRow> {
  if (!disputeTransitions[dispute.status].includes(to)) return dispute
  const withdrawn = dispute.funds_withdrawn || to !== 'expired'
  if (withdrawn && !dispute.funds_withdrawn) await withdraw(db, dispute)
  if (to === 'won' || to === 'lost' || to === 'accepted') await conclude(db, dispute, to)
  const closed = to === 'won' || to === 'lost' || to === 'accepted' || to === 'expired'
  const moved = await db
    .updateTable('dispute')
    .set({
      status: to,
      respond_by: respondBy,
      funds_withdrawn: withdrawn,
      closed_at: closed ? new Date() : null,
      version: dispute.version + 1,
    })
    .where('id', '=', dispute.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (closed) await tellClosed(db, moved, to)
  return moved
}

/** The provider takes the money as soon as there is more than a warning. */
async function withdraw(db: Kysely<Tables>, { id, intent_id, amount_minor, currency }: DisputeRow): Promise<void> {
  const intent = await lockIntent(db, { payment_id: intent_id })
  await updateIntent(db, intent, { disputed_minor: intent.disputed_minor + amount_minor })
  await post(db, disputeWithdrawn(id, amount_minor, currency))
}

async function conclude(db: Kysely<Tables>, dispute: DisputeRow, verdict: 'won' | 'lost' | 'accepted'): Promise<void> {
  const { id, intent_id, amount_minor, currency } = dispute
  const intent = await lockIntent(db, { payment_id: intent_id })
  const disputed_minor = intent.disputed_minor - amount_minor
  if (verdict === 'won') {
    await updateIntent(db, intent, { disputed_minor })
    await post(db, disputeWon(id, amount_minor, currency))
    return
  }
  await updateIntent(db, intent, { disputed_minor, dispute_lost_minor: intent.dispute_lost_minor + amount_minor })
  await post(db, disputeLost(id, amount_minor, currency))
}

async function tellClosed(
  db: Kysely<Tables>,
  { id, intent_id }: DisputeRow,
  outcome: 'won' | 'lost' | 'accepted' | 'expired',
): Promise<void> {
  const { order_ref } = await lockIntent(db, { payment_id: intent_id })
  const data = { dispute_id: id, payment_id: intent_id, order_ref, outcome }
  await report(db, { type: 'payment.dispute_closed.v1', subject: intent_id, id: `${id}:${outcome}`, data })
}

/** The lock of a payment covers its disputes. */
async function lockDispute(db: Kysely<Tables>, id: string): Promise<DisputeRow> {
  const { intent_id } = await readDispute(db, id)
  await lockIntent(db, { payment_id: intent_id })
  return readDispute(db, id)
}

function answerById(db: Kysely<Tables>, id: string): Promise<DisputeAnswer> {
  return db.selectFrom('dispute_answer').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}
