import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'

/** Where a balance and the records that it follows from disagree; units. */
export interface StockDifference {
  source: string
  sku: string
  warehouse_id: string
  bucket: string
  balance: number
  recorded: number
}

/** What inventory keeps for one SKU of an order or a checkout. */
export interface KeptUnits {
  order_ref: string
  sku: string
  qty: number
  state: string
  /** A hold that should have ended minutes ago. */
  overdue: boolean
}

/** Compares every balance with movements, bins, reservations, picks, purchase orders and transfers. */
export async function stockDifferences(db: Kysely<Tables>): Promise<{ rows: number; differences: StockDifference[] }> {
  const { rows: differences } = await sql<StockDifference>`
    select source, sku, warehouse_id, bucket, balance::int, recorded::int from stock_differences
    order by sku, warehouse_id, source`.execute(db)
  const { rows } = await sql<{ count: number }>`select count(*) as count from stock_balance`.execute(db)
  return { rows: rows[0]?.count ?? 0, differences }
}

/** References that inventory keeps units for or has shipped units of, in order. */
export async function keptReferences(db: Kysely<Tables>, after: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ order_ref: string }>`
    select distinct order_ref from reservation
    where order_ref > ${after} and state in ('held', 'allocated', 'picked', 'shipped')
    order by order_ref limit ${limit}`.execute(db)
  return rows.map(({ order_ref }) => order_ref)
}

/** What inventory keeps or has shipped for each reference. */
export async function keptUnits(db: Kysely<Tables>, orderRefs: readonly string[]): Promise<Map<string, KeptUnits[]>> {
  const { rows } = await sql<KeptUnits>`
    select order_ref, sku, qty, state, state = 'held' and expires_at < now() - interval '5 minutes' as overdue
    from reservation
    where order_ref = any(${orderRefs}) and state in ('held', 'allocated', 'picked', 'shipped')`.execute(db)
  return Map.groupBy(rows, ({ order_ref }) => order_ref)
}
