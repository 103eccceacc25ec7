import type { Kysely, Selectable } from 'kysely'
import { sql } from 'kysely'
import { ulid } from 'ulid'
import type { FraudKind, Tables } from './database-tables.ts'
import type { Rma } from './rma.ts'

export type FraudSignal = Selectable<Tables['fraud_signal']>

/** Returns of one customer within this many days that are more than usual. */
const USUAL_RETURNS = 4
const LOOK_BACK_DAYS = 90

/** Notes something odd about a return, once a kind. It decides nothing: it stops automatic authorisation and shows in reviews. */
export async function noteSignal(
  db: Kysely<Tables>,
  { id: rmaId, customer_id }: Pick<Rma, 'id' | 'customer_id'>,
  kind: FraudKind,
  detail: Record<string, unknown>,
): Promise<void> {
  await db
    .insertInto('fraud_signal')
    .values({ id: `sig_${ulid()}`, rma_id: rmaId, customer_id, kind, detail: JSON.stringify(detail) })
    .onConflict((conflict) => conflict.columns(['rma_id', 'kind']).doNothing())
    .execute()
}

/** Signals of returns. */
export function signalsOf(db: Kysely<Tables>, rmaIds: readonly string[]): Promise<FraudSignal[]> {
  return db
    .selectFrom('fraud_signal')
    .selectAll()
    .where('rma_id', '=', sql<string>`any(${rmaIds})`)
    .orderBy('created_at')
    .execute()
}

/** What speaks against trusting a customer's next return without a look; undefined when nothing does. */
export async function suspicionOf(
  db: Kysely<Tables>,
  customerId: string,
): Promise<{ returns: number; signals: number; days: number } | undefined> {
  const { rows } = await sql<{ returns: number; signals: number }>`
    select
      (select count(*) from rma where customer_id = ${customerId} and status not in ('cancelled', 'rejected')
         and requested_at > now() - make_interval(days => ${LOOK_BACK_DAYS}))::integer as returns,
      (select count(*) from fraud_signal where customer_id = ${customerId} and kind <> 'return_rate'
         and created_at > now() - make_interval(days => ${LOOK_BACK_DAYS}))::integer as signals`.execute(db)
  const { returns = 0, signals = 0 } = rows[0] ?? {}
  if (returns < USUAL_RETURNS && signals === 0) return undefined
  return { returns, signals, days: LOOK_BACK_DAYS }
}
