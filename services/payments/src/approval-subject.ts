import type { ApprovalSubject } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import type { Kysely } from 'kysely'
import type { LimitedOperation, LimitSubject, Tables } from './database-tables.ts'
import { readDispute } from './dispute.ts'
import { readHold } from './hold.ts'
import { capturable, readIntent, refundable } from './intent.ts'
import { type AccountCode, accountTypes } from './ledger.ts'
import { balanceOf, sumsOf } from './ledger-view.ts'
import { readRisk } from './risk-review.ts'

/** The payment that a call moves money of. */
export async function paymentSubject(db: Kysely<Tables>, paymentId: string): Promise<ApprovalSubject> {
  const intent = await readIntent(db, { payment_id: paymentId })
  const money = (minor: number) => formatMoney(minor, intent.currency)
  return {
    name: `payment ${intent.id} of order ${intent.order_ref}`,
    version: intent.version,
    state: {
      Status: intent.status,
      'Reserved and neither captured nor given back': money(capturable(intent)),
      'Captured or being captured': money(intent.captured_minor + intent.capture_pending_minor),
      'Refunded or being refunded': money(intent.refunded_minor + intent.refund_pending_minor),
      'Can still be refunded': money(refundable(intent)),
    },
  }
}

/** The payment whose risk a call judges. */
export async function reviewSubject(db: Kysely<Tables>, paymentId: string): Promise<ApprovalSubject> {
  const { name, version, state } = await paymentSubject(db, paymentId)
  const { assessment } = await readRisk(db, paymentId)
  return { name, version: `${version} ${assessment.decision ?? ''}`, state: { ...state, Verdict: assessment.decision } }
}

/** The holds that a call ends. */
export async function holdsSubject(db: Kysely<Tables>, ids: readonly string[]): Promise<ApprovalSubject> {
  const holds = await Promise.all(ids.map((id) => readHold(db, id)))
  const kindOf = (kind: string) => kind.replaceAll('_', ' ')
  return {
    name: holds.map(({ id, kind }) => `${kindOf(kind)} hold ${id}`).join(', '),
    version: holds.map(({ id, version }) => `${id}:${version}`).join(' '),
    state: Object.fromEntries(
      holds.map(({ id, kind, status, target, target_id }) => [
        `${kindOf(kind)} hold ${id} on ${target} ${target_id}`,
        kindOf(status),
      ]),
    ),
  }
}

/** The dispute that a call answers, for good. */
export async function disputeSubject(db: Kysely<Tables>, id: string): Promise<ApprovalSubject> {
  const { intent_id, status, reason, version } = await readDispute(db, id)
  const answer = await db
    .selectFrom('dispute_answer')
    .select('kind')
    .where('dispute_id', '=', id)
    .where('status', '!=', 'failed')
    .executeTakeFirst()
  return {
    name: `dispute ${id} (${reason.replaceAll('_', ' ')}) of payment ${intent_id}`,
    version: `${version} ${answer?.kind ?? ''}`,
    state: { Status: status.replaceAll('_', ' '), 'Our answer': answer?.kind ?? null },
  }
}

/** What a customer can spend: another credit granted meanwhile may be for the same trouble, spending is not. */
export async function creditSubject(
  db: Kysely<Tables>,
  { customer_id, currency }: { customer_id: string; currency: string },
): Promise<ApprovalSubject> {
  const { grants } = await db
    .selectFrom('store_credit_grant')
    .select(({ fn }) => fn.countAll<number>().as('grants'))
    .where('customer_id', '=', customer_id)
    .where('currency', '=', currency)
    .executeTakeFirstOrThrow()
  const credit = await db
    .selectFrom('store_credit')
    .select('balance_minor')
    .where('customer_id', '=', customer_id)
    .where('currency', '=', currency)
    .executeTakeFirst()
  return {
    name: `credit of customer ${customer_id}`,
    version: grants,
    state: { 'Can spend': formatMoney(credit?.balance_minor ?? 0, currency) },
  }
}

/** The accounts that a correction books on; ordinary business goes on meanwhile and does not matter to it. */
export async function accountsSubject(
  db: Kysely<Tables>,
  entries: readonly { account: AccountCode; currency: string }[],
): Promise<ApprovalSubject> {
  const state: Record<string, string> = {}
  for (const { account, currency } of entries) {
    const name = `Balance of ${account.replaceAll('_', ' ')} in ${currency}`
    state[name] ??= formatMoney(balanceOf(accountTypes[account], await sumsOf(db, { account, currency }, {})), currency)
  }
  const accounts = [...new Set(entries.map(({ account }) => account.replaceAll('_', ' ')))]
  return { name: `the books of ${accounts.join(', ')}`, version: 'new', state }
}

/** Whether money moves for a client or a customer. */
export async function frozenSubject(
  db: Kysely<Tables>,
  { subject_kind, subject }: { subject_kind: LimitSubject; subject: string },
): Promise<ApprovalSubject> {
  const frozen = await db
    .selectFrom('frozen')
    .select('reason')
    .where('subject_kind', '=', subject_kind)
    .where('subject', '=', subject)
    .executeTakeFirst()
  const state = frozen ? 'frozen' : 'free'
  return { name: `${subject_kind} ${subject}`, version: state, state: { 'Movements of money': state } }
}

/** How much a client may move, or a customer may be given, in one day. */
export async function limitSubject(
  db: Kysely<Tables>,
  wanted: { subject_kind: LimitSubject; subject: string; operation: LimitedOperation; currency: string },
): Promise<ApprovalSubject> {
  const { subject_kind, subject, operation, currency } = wanted
  const limit = await db
    .selectFrom('limit_policy')
    .select(['max_amount_minor', 'max_count'])
    .where('subject_kind', '=', subject_kind)
    .where('subject', '=', subject)
    .where('operation', '=', operation)
    .where('currency', '=', currency)
    .executeTakeFirst()
  const { max_amount_minor = null, max_count = null } = limit ?? {}
  const whose = subject === '*' ? `every ${subject_kind}` : `${subject_kind} ${subject}`
  return {
    name: `limit of ${whose} for ${operation} in ${currency}`,
    version: `${max_amount_minor} ${max_count}`,
    state: {
      'Amount a day': max_amount_minor === null ? null : formatMoney(max_amount_minor, currency),
      'Movements a day': max_count,
    },
  }
}
