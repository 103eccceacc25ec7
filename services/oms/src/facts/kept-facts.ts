import { isConnectionLoss } from '@backroom/database'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { applyFact } from './apply-fact.ts'

/** A fact as it is kept here. */
export type KeptFact = Selectable<Tables['fact']>

const MOST_ATTEMPTS = 5
const FIRST_PAUSE_SECONDS = 10
/** Facts that one round of the schedule tries again; the next one takes the rest. */
const BATCH = 100

/**
 * Gives a kept fact its effect, and marks it. One that fails leaves no trace but its error and is tried again later, five
 * times in all; then it is parked until somebody has it retried.
 */
export async function applyKept(db: Kysely<Tables>, fact: KeptFact): Promise<'applied' | 'waiting' | 'parked'> {
  const outcome = await attempt(db, () => applyFact(db, fact))
  if ('error' in outcome) return postpone(db, fact, outcome.error)
  if (outcome.value === 'applied')
    await db
      .updateTable('fact')
      .set({ state: 'applied', error: null, retry_at: null })
      .where('id', '=', fact.id)
      .execute()
  return outcome.value
}

/** Applies what was told of an order before it existed, oldest first. */
export async function replayFacts(db: Kysely<Tables>, references: readonly string[]): Promise<void> {
  const waiting = await db
    .selectFrom('fact')
    .selectAll()
    .where('order_id', '=', sql<string>`any(${references})`)
    .where('state', '=', 'waiting')
    .orderBy('occurred_at')
    .orderBy('id')
    .execute()
  for (const fact of waiting) await applyKept(db, fact)
}

/**
 * Tries failed facts again whose pause is over, and those at the head of their subject whose order has come to exist; what
 * waits behind them goes on.
 */
export async function retryFacts(db: Kysely<Tables>): Promise<void> {
  const { rows: due } = await sql<KeptFact>`
    select f.* from fact f
    where f.state = 'waiting' and (f.retry_at <= now() or f.retry_at is null
      and exists (select from orders o where o.id = f.order_id or o.checkout_id = f.order_id)
      and not exists (select from fact g where g.subject = f.subject and g.state in ('waiting', 'parked')
        and (g.received_at, g.id) < (f.received_at, f.id)))
    order by f.received_at limit ${BATCH} for update skip locked`.execute(db)
  for (const fact of due) if ((await applyKept(db, fact)) === 'applied') await letFollow(db, fact)
}

/** Takes up a parked fact again; false when there is none of that id. */
export async function unpark(db: Kysely<Tables>, id: string): Promise<boolean> {
  const { rows } = await sql<KeptFact>`
    update fact set state = 'waiting', attempts = 0, retry_at = now() where id = ${id} and state = 'parked' returning id
  `.execute(db)
  return rows.length > 0
}

async function letFollow(db: Kysely<Tables>, { subject }: KeptFact): Promise<void> {
  const followers = await db
    .selectFrom('fact')
    .selectAll()
    .where('subject', '=', subject)
    .where('state', '=', 'waiting')
    .orderBy('occurred_at')
    .orderBy('id')
    .execute()
  for (const fact of followers) if ((await applyKept(db, fact)) !== 'applied') return
}

async function postpone(db: Kysely<Tables>, fact: KeptFact, error: Error): Promise<'waiting' | 'parked'> {
  const attempts = fact.attempts + 1
  const state = attempts < MOST_ATTEMPTS ? 'waiting' : 'parked'
  const pause = FIRST_PAUSE_SECONDS * 2 ** fact.attempts
  await db
    .updateTable('fact')
    .set({
      state,
      attempts,
      error: JSON.stringify({ name: error.name, message: error.message }),
      retry_at: state === 'parked' ? null : sql<Date>`now() + ${pause} * interval '1 second'`,
    })
    .where('id', '=', fact.id)
    .execute()
  return state
}

/** Runs work whose changes are undone when it fails, without the transaction around it. */
async function attempt<T>(db: Kysely<Tables>, work: () => Promise<T>): Promise<{ value: T } | { error: Error }> {
  await sql`savepoint fact`.execute(db)
  try {
    const value = await work()
    await sql`release savepoint fact`.execute(db)
    return { value }
  } catch (error) {
    if (!(error instanceof Error) || isRepeatable(error)) throw error
    await sql`rollback to savepoint fact`.execute(db)
    return { error }
  }
}

/** Postgres undid the transaction because of another one, or has gone: the whole report is tried again. */
function isRepeatable(error: Error): boolean {
  const code = 'code' in error ? String(error.code) : ''
  return isConnectionLoss(error) || /^(40|57)/.test(code)
}
