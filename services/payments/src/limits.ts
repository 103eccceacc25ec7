import { BusinessError, type Caller } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { LimitedOperation, LimitSubject, Tables } from './database-tables.ts'

/** Whoever moves money: the account, and the client that it acts through. */
export interface Mover {
  subject: string
  client: string
  /** Another server, as part of a process: only limits that name it count. */
  service: boolean
}

export function moverOf({ subject, clientId, kind }: Caller): Mover {
  return { subject, client: clientId, service: kind === 'service' }
}

interface LimitedMove {
  operation: LimitedOperation
  customerId: string
  amount: number
  currency: string
}

type Policy = Selectable<Tables['limit_policy']>

/**
 * Counts a movement against the day's limits of the client and of the customer, in the movement's transaction.
 *
 * @throws {BusinessError} limit_exceeded, or policy_denied when the client or the customer is frozen
 */
export async function countAgainstLimits(db: Kysely<Tables>, mover: Mover, move: LimitedMove): Promise<void> {
  await requireNotFrozen(db, mover, move.customerId)
  const policies = await db
    .selectFrom('limit_policy')
    .selectAll()
    .where('operation', '=', move.operation)
    .where('currency', '=', move.currency)
    .where('subject', '=', sql<string>`any(${[mover.client, move.customerId, '*']})`)
    .execute()
  const own = (kind: LimitSubject, subject: string) =>
    policies.find((policy) => policy.subject_kind === kind && policy.subject === subject)
  const client = own('client', mover.client) ?? (mover.service ? undefined : own('client', '*'))
  const customer = own('customer', move.customerId)
  if (client) await count(db, client, mover.client, move)
  if (customer) await count(db, customer, move.customerId, move)
}

/**
 * @throws {BusinessError} policy_denied
 */
export async function requireNotFrozen(db: Kysely<Tables>, mover: Mover, customerId: string): Promise<void> {
  const frozen = await db
    .selectFrom('frozen')
    .select(['subject_kind', 'subject'])
    .where('subject', '=', sql<string>`any(${[mover.client, customerId]})`)
    .execute()
  const found = frozen.find(({ subject_kind, subject }) =>
    subject_kind === 'client' ? subject === mover.client : subject === customerId,
  )
  if (!found) return
  throw new BusinessError(
    'policy_denied',
    `The ${found.subject_kind} ${found.subject} is frozen: no money moves for it until it is freed.`,
    { details: found, nextActions: [{ tool: 'freeze_client', hint: 'Free it with frozen: false, once approved.' }] },
  )
}

/** Sets the limit of one subject, operation and currency. */
export async function setLimit(db: Kysely<Tables>, policy: Omit<Policy, 'set_at'>): Promise<Policy> {
  const { subject_kind, subject, operation, currency, ...values } = policy
  return db
    .insertInto('limit_policy')
    .values(policy)
    .onConflict((conflict) =>
      conflict
        .columns(['subject_kind', 'subject', 'operation', 'currency'])
        .doUpdateSet({ ...values, set_at: sql`now()` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
}

export interface Freeze {
  kind: LimitSubject
  subject: string
  frozen: boolean
  reason: string
  actor: string
}

/** Freezes or frees a client or a customer; again changes nothing. */
export async function setFrozen(db: Kysely<Tables>, { kind, subject, frozen, reason, actor }: Freeze): Promise<void> {
  if (!frozen) {
    await db.deleteFrom('frozen').where('subject_kind', '=', kind).where('subject', '=', subject).execute()
    return
  }
  await db
    .insertInto('frozen')
    .values({ subject_kind: kind, subject, reason, placed_by: actor })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function count(db: Kysely<Tables>, policy: Policy, subject: string, move: LimitedMove): Promise<void> {
  const { operation, currency, amount } = move
  const { rows } = await sql<{ amount_minor: number; count: number }>`
    insert into limit_usage (subject_kind, subject, operation, currency, day, amount_minor, count)
    values (${policy.subject_kind}, ${subject}, ${operation}, ${currency}, (now() at time zone 'utc')::date, ${amount}, 1)
    on conflict (subject_kind, subject, operation, currency, day) do update
      set amount_minor = limit_usage.amount_minor + excluded.amount_minor, count = limit_usage.count + 1
    returning amount_minor, count`.execute(db)
  const used = rows[0]
  if (!used) throw new Error('a usage row was neither inserted nor updated')
  const { max_amount_minor, max_count } = policy
  const over =
    (max_amount_minor !== null && used.amount_minor > max_amount_minor) ||
    (max_count !== null && used.count > max_count)
  if (over) throw limitExceeded(policy, subject, used, move)
}

function limitExceeded(
  policy: Policy,
  subject: string,
  used: { amount_minor: number; count: number },
  move: LimitedMove,
) {
  const { max_amount_minor, max_count, subject_kind } = policy
  const ceiling = [
    ...(max_amount_minor === null ? [] : [formatMoney(max_amount_minor, move.currency)]),
    ...(max_count === null ? [] : [`${max_count} times`]),
  ].join(' or ')
  return new BusinessError(
    'limit_exceeded',
    `This ${move.operation} would exceed what ${subject_kind} ${subject} may do in one day: ${ceiling}. Nothing was done.`,
    {
      details: {
        subject_kind,
        subject,
        operation: move.operation,
        currency: move.currency,
        max_amount_minor,
        max_count,
        used_amount_minor: used.amount_minor - move.amount,
        used_count: used.count - 1,
      },
      nextActions: [{ hint: 'Wait for the next day (UTC), or ask finance for a higher limit.' }],
    },
  )
}
