import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Tables } from './database-tables.ts'

const Ageing = z.object({ up_to_30: z.int(), up_to_60: z.int(), up_to_120: z.int(), older: z.int() })

/** What claims cost and what of it came back; amounts in minor units of one currency. */
export const StatsShape = z.object({
  from: z.string(),
  to: z.string(),
  currencies: z.array(
    z.object({
      currency: z.string(),
      claims_opened: z.int(),
      claims_denied: z.int(),
      requested_minor: z.int(),
      settled_minor: z.int().describe('Paid to customers for the claims that were opened in the period'),
      recovered_minor: z.int().describe('Of that, paid back by carriers, insurers and suppliers'),
      loss_ratio: z
        .number()
        .nullable()
        .describe('Part of what was paid that did not come back; null: nothing was paid'),
    }),
  ),
  counterparties: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      currency: z.string(),
      filed: z.int(),
      claimed_minor: z.int(),
      recovered_minor: z.int(),
      written_off: z.int(),
      expired: z.int(),
      recovery_rate: z
        .number()
        .nullable()
        .describe('Recovered of claimed, for what was filed in the period; null: nothing'),
      open_by_age_days: Ageing.describe('Recoveries that are open now, by days since they were identified'),
      open_minor: z.int(),
    }),
  ),
  by_type: z.array(z.object({ type: z.string(), claims: z.int(), requested_minor: z.int(), currency: z.string() })),
})
export type Stats = z.input<typeof StatsShape>

/** Figures of a period of days, both included. */
export async function readStats(db: Kysely<Tables>, from: string, to: string): Promise<Stats> {
  const opened = sql`c.status <> 'draft' and c.opened_at >= ${from}::date and c.opened_at < ${to}::date + 1`
  const currencies = await sql<Omit<Stats['currencies'][number], 'loss_ratio'>>`
    select c.currency, count(*)::integer as claims_opened,
           (count(*) filter (where c.status = 'denied'))::integer as claims_denied,
           coalesce(sum(c.requested_minor), 0)::bigint as requested_minor,
           coalesce(sum(s.amount_minor), 0)::bigint as settled_minor,
           coalesce(sum(r.paid_minor) filter (where s.claim_id is not null), 0)::bigint as recovered_minor
    from claim c
      left join settlement s on s.claim_id = c.id and s.status = 'succeeded'
      left join (select claim_id, sum(paid_minor) as paid_minor from recovery group by claim_id) r on r.claim_id = c.id
    where ${opened} group by c.currency order by c.currency`.execute(db)
  const types = await sql<Stats['by_type'][number]>`
    select c.kind as type, c.currency, count(*)::integer as claims, sum(c.requested_minor)::bigint as requested_minor
    from claim c where ${opened} group by c.kind, c.currency order by claims desc, type, currency`.execute(db)
  return {
    from,
    to,
    currencies: currencies.rows.map((row) => ({
      ...row,
      loss_ratio: ratio(row.settled_minor - row.recovered_minor, row.settled_minor),
    })),
    counterparties: await counterparties(db, from, to),
    by_type: types.rows,
  }
}

interface CounterpartyRow extends Omit<Stats['counterparties'][number], 'open_by_age_days' | 'recovery_rate'> {
  up_to_30: number
  up_to_60: number
  up_to_120: number
  older: number
}

async function counterparties(db: Kysely<Tables>, from: string, to: string): Promise<Stats['counterparties']> {
  const { rows } = await sql<CounterpartyRow>`
    select counterparty_kind as kind, counterparty as name, currency,
           (count(*) filter (where in_period and filed_at is not null))::integer as filed,
           coalesce(sum(claimed_minor) filter (where in_period), 0)::bigint as claimed_minor,
           coalesce(sum(paid_minor) filter (where in_period), 0)::bigint as recovered_minor,
           (count(*) filter (where in_period and status = 'written_off'))::integer as written_off,
           (count(*) filter (where in_period and status = 'expired'))::integer as expired,
           (count(*) filter (where is_open and age <= 30))::integer as up_to_30,
           (count(*) filter (where is_open and age > 30 and age <= 60))::integer as up_to_60,
           (count(*) filter (where is_open and age > 60 and age <= 120))::integer as up_to_120,
           (count(*) filter (where is_open and age > 120))::integer as older,
           coalesce(sum(coalesce(claimed_minor, expected_minor)) filter (where is_open), 0)::bigint as open_minor
    from (
      select *, ended_at is null as is_open, extract(epoch from now() - identified_at) / 86400 as age,
             coalesce(filed_at, ended_at, identified_at) >= ${from}::date
               and coalesce(filed_at, ended_at, identified_at) < ${to}::date + 1 as in_period
      from recovery) r
    where is_open or in_period
    group by kind, name, currency order by open_minor desc, name, currency limit 100`.execute(db)
  return rows.map(({ up_to_30, up_to_60, up_to_120, older, ...row }) => ({
    ...row,
    recovery_rate: ratio(row.recovered_minor, row.claimed_minor),
    open_by_age_days: { up_to_30, up_to_60, up_to_120, older },
  }))
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000
}
