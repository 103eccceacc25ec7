import type { Page, PageRequest } from '@backroom/mcp-service'
import { decodeCursor, pageOf } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Balance, Tables } from './database-tables.ts'
import { type WarehouseLevel, warehouseLevel } from './stock-levels.ts'

/** Stock of one SKU in the warehouse that the page is of. */
export type StockRow = Omit<WarehouseLevel, 'warehouse'> & { sku: string; name: string }

/** One page of the stock of a warehouse, by SKU; only one SKU, or only what is below its reorder point, if asked. */
export async function stockPage(
  db: Kysely<Tables>,
  warehouse: string,
  { sku, belowReorder }: { sku?: string | undefined; belowReorder: boolean },
  { cursor, limit }: PageRequest,
): Promise<Page<StockRow>> {
  const after = decodeCursor(cursor, z.tuple([z.string()]))?.[0] ?? ''
  const from = belowReorder ? sql`low_stock` : sql`stock_balance`
  const { rows } = await sql<Balance & { name: string }>`
    select b.*, s.name
    from (
      select sku from ${from}
      where warehouse_id = ${warehouse} and sku > ${after} and (${sku ?? null}::text is null or sku = ${sku ?? null})
      order by sku limit ${limit + 1}
    ) p
    join stock_balance b on b.sku = p.sku and b.warehouse_id = ${warehouse}
    join sku s on s.id = p.sku
    order by p.sku`.execute(db)
  const page = pageOf(rows, limit, (row) => [row.sku])
  return { ...page, items: page.items.map(stockRow) }
}

function stockRow({ name, ...balance }: Balance & { name: string }): StockRow {
  const { warehouse: _, ...level } = warehouseLevel(balance)
  return { sku: balance.sku, name, ...level }
}
