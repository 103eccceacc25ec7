import { type Kysely, type Selectable, sql } from 'kysely'
import type { Tables } from './database-tables.ts'

export type WarehouseSummary = Selectable<Tables['warehouse_summary']>

/** Counts the stock of warehouses anew. */
export async function refreshSummaries(db: Kysely<Tables>, warehouses: readonly string[]): Promise<void> {
  await sql`
    insert into warehouse_summary (warehouse_id, skus, units_on_hand, units_available, as_of)
    select w.id, count(b.sku), coalesce(sum(b.on_hand), 0), coalesce(sum(b.available), 0), now()
    from warehouse w left join stock_balance b on b.warehouse_id = w.id
    where w.id = any(${warehouses})
    group by w.id
    on conflict (warehouse_id) do update set
      skus = excluded.skus, units_on_hand = excluded.units_on_hand, units_available = excluded.units_available,
      as_of = excluded.as_of`.execute(db)
}

/** Counts the warehouse anew whose count is the oldest: one at a time, since a large one takes a second. */
export async function refreshOldestSummary(db: Kysely<Tables>): Promise<void> {
  const oldest = await db
    .selectFrom('warehouse')
    .leftJoin('warehouse_summary', 'warehouse_summary.warehouse_id', 'warehouse.id')
    .select('warehouse.id')
    .orderBy('warehouse_summary.as_of', (order) => order.asc().nullsFirst())
    .limit(1)
    .executeTakeFirst()
  if (oldest) await refreshSummaries(db, [oldest.id])
}

/** The last count of a warehouse and how many of its SKUs are below their reorder point now. */
export async function readSummary(
  db: Kysely<Tables>,
  warehouse: string,
): Promise<{ counted: WarehouseSummary | undefined; belowReorderPoint: number }> {
  const counted = await db
    .selectFrom('warehouse_summary')
    .selectAll()
    .where('warehouse_id', '=', warehouse)
    .executeTakeFirst()
  const { low } = await db
    .selectFrom('low_stock')
    .select((of) => of.fn.countAll<number>().as('low'))
    .where('warehouse_id', '=', warehouse)
    .executeTakeFirstOrThrow()
  return { counted, belowReorderPoint: low }
}
