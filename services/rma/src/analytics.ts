import { type Kysely, sql } from 'kysely'
import type { Disposition, Tables } from './database-tables.ts'

/** What the figures are about. */
export interface AnalyticsScope {
  sku?: string | undefined
  category?: string | undefined
  /** Days back from now. */
  days: number
}

/** Customers with more returns than this in the period, or with something odd, are named. */
const USUAL = 3
const MOST_CUSTOMERS = 20

/** Units and money of the returns that were asked for in a period. */
export async function returnFigures(db: Kysely<Tables>, scope: AnalyticsScope) {
  const lines = linesIn(scope)
  const { rows: totals } = await sql<Totals>`
    select count(distinct rma_id)::integer as returns, coalesce(sum(qty_requested), 0)::integer as units_requested,
      coalesce(sum(qty_accepted), 0)::integer as units_accepted, coalesce(sum(qty_rejected), 0)::integer as units_rejected
    from ${lines} l`.execute(db)
  const { rows: reasons } = await sql<{ reason_code: string; units: number }>`
    select reason_code, sum(qty_requested)::integer as units from ${lines} l
    group by reason_code order by units desc, reason_code`.execute(db)
  const { rows: recoveries } = await sql<{ disposition: Disposition; units: number; value_minor: number }>`
    select d.disposition, sum(d.qty)::integer as units, sum(d.qty * l.unit_minor)::bigint as value_minor
    from ${lines} l join disposition d on d.rma_line_id = l.id
    group by d.disposition order by units desc, d.disposition`.execute(db)
  const { rows: paid } = await sql<{ kind: string; currency: string; amount_minor: number }>`
    select s.kind, s.currency, sum((x ->> 'amount_minor')::bigint)::bigint as amount_minor
    from ${lines} l join resolution s on s.rma_id = l.rma_id and s.status = 'succeeded'
      join jsonb_array_elements(s.lines) x on x ->> 'order_line_id' = l.order_line_id
    group by s.kind, s.currency order by s.kind, s.currency`.execute(db)
  return {
    ...(totals[0] as Totals),
    reasons,
    recoveries,
    paid,
    suspicious_customers: await suspiciousCustomers(db, scope),
  }
}

interface Totals {
  returns: number
  units_requested: number
  units_accepted: number
  units_rejected: number
}

async function suspiciousCustomers(db: Kysely<Tables>, scope: AnalyticsScope) {
  const { rows } = await sql<{ customer_id: string; returns: number; signals: string[] }>`
    select l.customer_id, count(distinct l.rma_id)::integer as returns,
      coalesce(array_agg(distinct f.kind) filter (where f.kind is not null), '{}') as signals
    from ${linesIn(scope)} l left join fraud_signal f on f.rma_id = l.rma_id
    group by l.customer_id
    having count(distinct l.rma_id) > ${USUAL} or count(f.kind) > 0
    order by count(f.kind) desc, returns desc, l.customer_id limit ${MOST_CUSTOMERS}`.execute(db)
  return rows
}

function linesIn({ sku, category, days }: AnalyticsScope) {
  return sql`(select l.*, r.customer_id from rma r join rma_line l on l.rma_id = r.id
    where r.requested_at > now() - make_interval(days => ${days}) and r.status not in ('cancelled', 'rejected')
      and (${sku ?? null}::text is null or l.sku = ${sku ?? null})
      and (${category ?? null}::text is null or l.category = ${category ?? null}))`
}
