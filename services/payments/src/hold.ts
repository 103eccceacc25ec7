import { BusinessError, type Caller, type NextAction } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Blockable, HoldKind, HoldRow, HoldStatus, HoldTarget, Intent, Tables } from './database-tables.ts'
import { report } from './facts.ts'

/** Where a hold may go from each status. */
export const holdTransitions: Record<HoldStatus, readonly HoldStatus[]> = {
  active: ['release_requested', 'released', 'rejected', 'expired', 'converted'],
  release_requested: ['released', 'rejected', 'expired', 'converted'],
  released: [],
  rejected: [],
  expired: [],
  converted: [],
}

export interface NewHold {
  target: HoldTarget
  targetId: string
  kind: HoldKind
  amount?: number | undefined
  reason: string
  evidence?: Record<string, unknown>
  blocks: readonly Blockable[]
  expiresAt?: Date | undefined
  actor: string
}

/** The scope whose holder may release. */
export const RELEASE_SCOPE = 'payments:release_hold'

/**
 * Puts a hold on a payment, an order, a customer or a payout: from the commit on, what it blocks is refused.
 *
 * @throws {BusinessError} not_found for an unknown payment or order
 */
export async function placeHold(db: Kysely<Tables>, hold: NewHold): Promise<HoldRow> {
  const payments = await lockPaymentsUnder(db, hold.target, hold.targetId)
  const row = await db
    .insertInto('hold')
    .values({
      id: `hold_${ulid()}`,
      target: hold.target,
      target_id: hold.targetId,
      kind: hold.kind,
      amount_minor: hold.amount ?? null,
      reason: hold.reason,
      evidence: JSON.stringify(hold.evidence ?? {}),
      blocks: [...hold.blocks],
      placed_by: hold.actor,
      expires_at: hold.expiresAt ?? null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  for (const payment of payments)
    await report(db, {
      type: 'payment.hold_placed.v1',
      subject: payment.id,
      id: `${row.id}:${payment.id}:placed`,
      data: factOf(row, payment),
    })
  return row
}

interface EndingHold {
  as: Ending
  reason: string
  actor: string
  /** The approval with which it is released. */
  approvalId?: string | undefined
  expectedVersion?: number | undefined
}

/** How holds end. `rejected` and `converted` mean that what was held does not happen. */
type Ending = Extract<HoldStatus, 'released' | 'rejected' | 'expired' | 'converted'>

/**
 * Ends holds that are in force, all or none.
 *
 * @throws {BusinessError} not_found; invalid_transition for one that has ended; version_conflict
 */
export async function endHolds(db: Kysely<Tables>, ids: readonly string[], ending: EndingHold): Promise<HoldRow[]> {
  const holds: HoldRow[] = []
  for (const id of [...new Set(ids)].sort()) holds.push(await endHold(db, await lockHold(db, id), ending))
  return holds
}

/** Ends holds whose time has passed. */
export async function expireHolds(db: Kysely<Tables>): Promise<HoldRow[]> {
  const due = await db
    .selectFrom('hold')
    .select('id')
    .where('status', '=', sql<HoldStatus>`any(${IN_FORCE})`)
    .where('expires_at', '<=', sql<Date>`now()`)
    .orderBy('expires_at')
    .limit(100)
    .execute()
  const ids = due.map(({ id }) => id)
  return ids.length === 0 ? [] : endHolds(db, ids, { as: 'expired', reason: 'Its time has passed', actor: 'payments' })
}

/** Holds in force that stand in the way of something: on the payment, its order or its customer. */
export async function holdsOver(db: Kysely<Tables>, intent: Intent, action?: Blockable): Promise<HoldRow[]> {
  const rows = await db
    .selectFrom('hold')
    .selectAll()
    .where('target_id', '=', sql<string>`any(${[intent.id, intent.order_ref, intent.customer_id]})`)
    .where('status', '=', sql<HoldStatus>`any(${IN_FORCE})`)
    .where((of) => of.or([of('expires_at', 'is', null), of('expires_at', '>', sql<Date>`now()`)]))
    .orderBy('id')
    .execute()
  const targets = { payment: intent.id, order: intent.order_ref, customer: intent.customer_id, payout: undefined }
  return rows.filter(
    ({ target, target_id, blocks }) => targets[target] === target_id && (!action || blocks.includes(action)),
  )
}

/**
 * @throws {BusinessError} conflict naming the holds, when one blocks the action
 */
export async function requireNotHeld(db: Kysely<Tables>, intent: Intent, action: Blockable): Promise<void> {
  const holds = await holdsOver(db, intent, action)
  if (holds.length === 0) return
  const kinds = holds.map(({ kind }) => kind.replaceAll('_', ' ')).join(', ')
  throw new BusinessError('conflict', `A hold (${kinds}) blocks the ${action} of payment ${intent.id}.`, {
    details: { reason: 'held', holds: holds.map(({ id, kind, blocks }) => ({ hold_id: id, kind, blocks })) },
    nextActions: [
      { tool: 'get_hold', arguments: { hold_id: holds[0]?.id }, hint: 'A person must review and release it first.' },
    ],
  })
}

/**
 * @throws {BusinessError} not_found
 */
export async function readHold(db: Kysely<Tables>, id: string): Promise<HoldRow> {
  const hold = await db.selectFrom('hold').selectAll().where('id', '=', id).executeTakeFirst()
  if (hold) return hold
  throw unknownHold(id)
}

/** What a caller whose role may release is told: ask for the scope, then call. */
export function releaseAction({ scopes, may }: Caller, holdId?: string): NextAction[] {
  if (!scopes.has(RELEASE_SCOPE) && !may.includes(RELEASE_SCOPE)) return []
  return [
    { tool: 'release_hold', scope: RELEASE_SCOPE, ...(holdId === undefined ? {} : { arguments: { hold_id: holdId } }) },
  ]
}

export function isInForce({ status }: HoldRow): boolean {
  return IN_FORCE.includes(status)
}

const IN_FORCE: HoldStatus[] = ['active', 'release_requested']

async function endHold(
  db: Kysely<Tables>,
  hold: HoldRow,
  { as, reason, actor, approvalId, expectedVersion }: EndingHold,
): Promise<HoldRow> {
  if (expectedVersion !== undefined && expectedVersion !== hold.version)
    throw new BusinessError('version_conflict', `Hold ${hold.id} has changed since you read it. Read it again.`, {
      details: { expected_version: expectedVersion, version: hold.version },
      nextActions: [{ tool: 'get_hold', arguments: { hold_id: hold.id } }],
    })
  const legal = holdTransitions[hold.status]
  if (!legal.includes(as))
    throw new BusinessError('invalid_transition', `Hold ${hold.id} is ${hold.status} and cannot become ${as}.`, {
      details: { status: hold.status, wanted: as, legal },
    })
  const ended = await db
    .updateTable('hold')
    .set({
      status: as,
      ended_by: actor,
      ended_reason: reason,
      ended_at: sql`now()`,
      release_approval_id: approvalId ?? null,
      version: hold.version + 1,
    })
    .where('id', '=', hold.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  const outcome = as === 'converted' ? 'rejected' : as
  for (const payment of await paymentsUnder(db, hold.target, hold.target_id))
    await report(db, {
      type: 'payment.hold_released.v1',
      subject: payment.id,
      id: `${hold.id}:${payment.id}:ended`,
      data: { ...factOf(ended, payment), outcome },
    })
  return ended
}

async function lockHold(db: Kysely<Tables>, id: string): Promise<HoldRow> {
  const hold = await db.selectFrom('hold').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (hold) return hold
  throw unknownHold(id)
}

type HeldPayment = Pick<Intent, 'id' | 'order_ref' | 'checkout_id'>

function factOf({ id, kind, reason }: HoldRow, payment: HeldPayment) {
  const { order_ref, checkout_id } = payment
  return { hold_id: id, payment_id: payment.id, order_ref, checkout_id, kind, reason }
}

/** A payment must not be captured between the check and the hold, so both take its lock. */
async function lockPaymentsUnder(db: Kysely<Tables>, target: HoldTarget, id: string): Promise<HeldPayment[]> {
  const payments = await paymentsUnder(db, target, id)
  if (payments.length === 0 && (target === 'payment' || target === 'order'))
    throw new BusinessError('not_found', `There is no payment ${target === 'order' ? 'of order ' : ''}${id}.`, {
      nextActions: [{ tool: 'list_payments' }],
    })
  await db
    .selectFrom('payment_intent')
    .select('id')
    .where('id', '=', sql<string>`any(${payments.map((payment) => payment.id)})`)
    .orderBy('id')
    .forUpdate()
    .execute()
  return payments
}

/** The payments that a hold is on; those of a held customer are not told one by one. */
function paymentsUnder(db: Kysely<Tables>, target: HoldTarget, id: string): Promise<HeldPayment[]> {
  if (target !== 'payment' && target !== 'order') return Promise.resolve([])
  return db
    .selectFrom('payment_intent')
    .select(['id', 'order_ref', 'checkout_id'])
    .where(target === 'payment' ? 'id' : 'order_ref', '=', id)
    .orderBy('id')
    .execute()
}

function unknownHold(id: string): BusinessError {
  return new BusinessError('not_found', `There is no hold ${id}.`, { nextActions: [{ tool: 'list_holds' }] })
}
