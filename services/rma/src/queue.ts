import { type Kysely, sql } from 'kysely'
import type { RmaStatus, Tables } from './database-tables.ts'
import { summaryOf } from './rma-view.ts'

/** Rows of each part of a queue; list_returns reads further. */
export const MOST_ROWS = 50

const parts = {
  to_decide: ['requested', 'more_info'],
  expected: ['authorized', 'label_issued', 'in_transit', 'partially_received'],
  to_inspect: ['received', 'inspecting'],
  to_resolve: ['inspected', 'disputed', 'resolving'],
} as const satisfies Record<string, readonly RmaStatus[]>

/** What a warehouse has to do for returns, the oldest first. */
export async function queueOf(db: Kysely<Tables>, warehouse: string) {
  const entries = await Promise.all(
    Object.entries(parts).map(async ([name, statuses]) => {
      const rows = await db
        .selectFrom('rma')
        .selectAll()
        .where('warehouse', '=', warehouse)
        .where('status', '=', sql<RmaStatus>`any(${[...statuses]})`)
        .orderBy('requested_at')
        .orderBy('id')
        .limit(MOST_ROWS)
        .execute()
      return [name, rows.map(summaryOf)] as const
    }),
  )
  return { warehouse, ...Object.fromEntries(entries), to_dispose: await undisposedUnits(db, warehouse) }
}

interface UndisposedUnits {
  rma_line_id: string
  rma_number: string
  sku: string
  accepted: number
  rejected: number
}

async function undisposedUnits(db: Kysely<Tables>, warehouse: string): Promise<UndisposedUnits[]> {
  const { rows } = await sql<UndisposedUnits>`
    select * from (
      select l.id as rma_line_id, r.number as rma_number, l.sku, r.requested_at,
        (l.qty_accepted - coalesce(sum(d.qty) filter (where d.disposition <> 'ship_back'), 0))::integer as accepted,
        (l.qty_rejected - coalesce(sum(d.qty) filter (where d.disposition = 'ship_back'), 0))::integer as rejected
      from rma r join rma_line l on l.rma_id = r.id left join disposition d on d.rma_line_id = l.id
      where r.warehouse = ${warehouse} and not r.returnless and r.status not in ('closed', 'cancelled', 'rejected')
        and l.qty_accepted + l.qty_rejected > 0
      group by l.id, r.id) units
    where accepted > 0 or rejected > 0 order by requested_at, rma_line_id limit ${MOST_ROWS}`.execute(db)
  return rows.map(({ rma_line_id, rma_number, sku, accepted, rejected }) => ({
    rma_line_id,
    rma_number,
    sku,
    accepted,
    rejected,
  }))
}
