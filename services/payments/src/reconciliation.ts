import { DAY_MS, type Day } from '@backroom/calendar'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Tables } from './database-tables.ts'
import { post, transfer } from './ledger.ts'
import type { Movement, ProviderName } from './provider/provider.ts'

export interface Reconciliation extends Selectable<Tables['reconciliation']> {
  items: Selectable<Tables['recon_item']>[]
}

/** A movement as a workflow recorded it. */
export type RecordedMovement = Omit<Movement, 'bookedAt'> & { bookedAt: Date | string }

/** What ended so shortly before the end of the day may stand in the provider's next one. */
const MARGIN_MS = 5 * 60_000
/** From the start of a day to its end, or to now. */
export function periodOf(day: Day, now: Date): { from: Date; to: Date } {
  const from = new Date(`${day}T00:00:00Z`)
  return { from, to: new Date(Math.min(from.getTime() + DAY_MS, now.getTime())) }
}

/**
 * Compares a provider's movements of a day with ours, books its fees once, and keeps every difference. Running it again
 * replaces the result of the day.
 */
export async function reconcileDay(
  db: Kysely<Tables>,
  {
    provider,
    day,
    now,
    movements,
  }: { provider: ProviderName; day: Day; now: Date; movements: readonly RecordedMovement[] },
): Promise<Reconciliation> {
  // One run of a day at a time: each replaces the result of the one before.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`reconcile ${provider} ${day}`}, 0))`.execute(db)
  await bookFees(db, provider, day, await insertLines(db, provider, movements))
  const { from, to } = periodOf(day, now)
  const { rows: items } = await sql<Selectable<Tables['recon_item']>>`
    select ${provider} as provider, ${day}::date as day, d.*
    from (
      select 'missing_here' as kind, l.provider_ref as reference, null::bigint as ours_minor, l.amount_minor as theirs_minor,
             l.currency
        from settlement_line l left join operation o on o.id = l.operation_id and o.status in ('succeeded', 'reversed')
        where l.provider = ${provider} and l.kind in ('capture', 'refund') and o.id is null
          and l.booked_at >= ${from} and l.booked_at < ${to}
      union all
      select 'missing_here', l.provider_ref, null, l.amount_minor, l.currency
        from settlement_line l left join "authorization" a on a.provider_ref = l.authorization_ref
          left join dispute d on d.intent_id = a.intent_id and d.funds_withdrawn
        where l.provider = ${provider} and l.kind in ('dispute', 'dispute_reversal') and d.id is null
          and l.booked_at >= ${from} and l.booked_at < ${to}
      union all
      select 'amount_differs', o.id, o.amount_minor, l.amount_minor, o.currency
        from settlement_line l join operation o on o.id = l.operation_id
        where l.provider = ${provider} and (l.amount_minor <> o.amount_minor or l.currency <> o.currency)
          and l.booked_at >= ${from} and l.booked_at < ${to}
      union all
      select 'missing_at_provider', o.id, o.amount_minor, null, o.currency
        from operation o join payment_intent i on i.id = o.intent_id
        where i.provider = ${provider} and o.kind in ('capture', 'refund') and o.status in ('succeeded', 'reversed')
          and o.ended_at >= ${from} and o.ended_at < ${new Date(to.getTime() - MARGIN_MS)}
          and not exists (select from settlement_line l where l.operation_id = o.id)
      union all
      select 'unknown_outcome', o.id, o.amount_minor, null, o.currency
        from operation o join payment_intent i on i.id = o.intent_id
        where i.provider = ${provider} and o.status = 'unknown' and o.requested_at < ${to}
    ) as d`.execute(db)
  return record(db, { provider, day, from, to }, items)
}

/** The result of a day; undefined when it was not reconciled. */
export async function readReconciliation(
  db: Kysely<Tables>,
  provider: ProviderName,
  day: Day,
): Promise<Reconciliation | undefined> {
  const found = await db
    .selectFrom('reconciliation')
    .selectAll()
    .where('provider', '=', provider)
    .where('day', '=', day)
    .executeTakeFirst()
  if (!found) return undefined
  const items = await db
    .selectFrom('recon_item')
    .selectAll()
    .where('provider', '=', provider)
    .where('day', '=', day)
    .orderBy('kind')
    .orderBy('reference')
    .execute()
  return { ...found, items }
}

type Fee = { currency: string; fee_minor: number }

/** Fees of the lines that were not known yet, by currency. */
async function insertLines(
  db: Kysely<Tables>,
  provider: ProviderName,
  movements: readonly RecordedMovement[],
): Promise<Fee[]> {
  const lines = movements.map((movement) => ({
    kind: movement.kind,
    provider_ref: movement.providerRef,
    operation_id: movement.operationId,
    authorization_ref: movement.authorizationRef,
    amount_minor: movement.amountMinor,
    fee_minor: movement.feeMinor,
    currency: movement.currency,
    booked_at: movement.bookedAt,
  }))
  const { rows } = await sql<Fee>`
    with added as (
      insert into settlement_line
        (provider, provider_ref, kind, operation_id, authorization_ref, amount_minor, fee_minor, currency, booked_at)
      select ${provider}, l.provider_ref, l.kind, l.operation_id, l.authorization_ref, l.amount_minor, l.fee_minor,
             l.currency, l.booked_at
      from jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as l (
        kind text, provider_ref text, operation_id text, authorization_ref text, amount_minor bigint, fee_minor bigint,
        currency text, booked_at timestamptz)
      on conflict do nothing
      returning currency, fee_minor
    )
    select currency, sum(fee_minor)::bigint as fee_minor from added group by currency having sum(fee_minor) > 0
    order by currency`.execute(db)
  return rows
}

async function bookFees(db: Kysely<Tables>, provider: ProviderName, day: Day, fees: readonly Fee[]): Promise<void> {
  for (const { currency, fee_minor } of fees)
    await post(db, {
      kind: 'fees',
      cause: `${provider} ${day}`,
      externalRef: `fees:${provider}:${day}:${currency}:${ulid()}`,
      postings: transfer('psp_fees', 'psp_clearing', fee_minor, currency),
    })
}

async function record(
  db: Kysely<Tables>,
  { provider, day, from, to }: { provider: ProviderName; day: Day; from: Date; to: Date },
  items: Selectable<Tables['recon_item']>[],
): Promise<Reconciliation> {
  const { rows } = await sql<{ lines: number; fees: Fee[] }>`
    select coalesce(sum(n), 0)::int as lines,
           coalesce(jsonb_agg(jsonb_build_object('currency', currency, 'fee_minor', fee) order by currency), '[]') as fees
    from (select currency, count(*) as n, sum(fee_minor) as fee from settlement_line
          where provider = ${provider} and booked_at >= ${from} and booked_at < ${to} group by currency) as c`.execute(
    db,
  )
  const { lines, fees } = rows[0] ?? { lines: 0, fees: [] }
  const wrong = items.filter(({ kind }) => kind === 'missing_here' || kind === 'amount_differs').length
  await db.deleteFrom('reconciliation').where('provider', '=', provider).where('day', '=', day).execute()
  const saved = await db
    .insertInto('reconciliation')
    .values({ provider, day, lines, matched: lines - wrong, fees: JSON.stringify(fees), ran_at: sql`now()` })
    .returningAll()
    .executeTakeFirstOrThrow()
  if (items.length > 0) await db.insertInto('recon_item').values(items).execute()
  return { ...saved, items }
}
