import { type Kysely, sql } from 'kysely'
import type { CounterpartyKind, DeadlineStep, Tables } from './database-tables.ts'

/** Whose rules apply. */
export interface RuledBy {
  id: string
  counterparty_kind: CounterpartyKind
  counterparty: string
  service: string
}

/** Sets the ends of steps, counted from a moment by the rules: those of the counterparty and its service before the general ones. */
export async function startDeadlines(
  db: Kysely<Tables>,
  { id, counterparty_kind, counterparty, service }: RuledBy,
  steps: readonly DeadlineStep[],
  from: Date,
): Promise<void> {
  await sql`
    insert into recovery_deadline (recovery_id, step, due_at, alarm_at)
    select ${id}, step, ${from}::timestamptz + within, ${from}::timestamptz + within - make_interval(days => alarm_days)
    from (
      select distinct on (step) step, within, alarm_days from deadline_rule
      where party = ${counterparty_kind} and counterparty in (${counterparty}, '*') and service in (${service}, '*')
        and step = any(${steps})
      order by step, counterparty = '*', service = '*') rule
    on conflict do nothing`.execute(db)
}

/** Says that steps have been taken, or have lost their meaning; all of them by default. */
export async function endDeadlines(
  db: Kysely<Tables>,
  recoveryId: string,
  steps?: readonly DeadlineStep[],
): Promise<void> {
  let query = db
    .updateTable('recovery_deadline')
    .set({ ended_at: new Date() })
    .where('recovery_id', '=', recoveryId)
    .where('ended_at', 'is', null)
  if (steps) query = query.where('step', '=', sql<DeadlineStep>`any(${steps})`)
  await query.execute()
}

/** By when a customer has an answer to a claim that comes in now. */
export async function answerDue(db: Kysely<Tables>): Promise<Date | null> {
  const { rows } = await sql<{ due: Date }>`
    select now() + within as due from deadline_rule where party = 'customer' and step = 'answer' limit 1`.execute(db)
  return rows[0]?.due ?? null
}
