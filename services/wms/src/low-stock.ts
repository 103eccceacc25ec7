import { daysAfter } from '@backroom/calendar'
import type { Page, PageRequest } from '@backroom/mcp-service'
import { decodeCursor, pageOf } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Tables } from './database-tables.ts'
import { demandAge, demandThrough } from './demand.ts'
import { requireWarehouse, warehousesOfRegion } from './master-data.ts'
import { daysOfCover, deliverable } from './replenishment.ts'

/** A SKU below its reorder point in a warehouse; quantities in units. */
export interface LowStock {
  sku: string
  name: string
  warehouse: string
  available: number
  incoming: number
  /** Sent by other warehouses, not yet here. */
  in_transit: number
  reorder_point: number
  /** Ordered by customers in the last seven days that are known. */
  demand_7d: number
  days_of_cover?: number
  suggested_qty: number
  why: string
}

export interface LowStockFilter {
  region: string
  warehouse?: string | undefined
  /** Days that stock should last on top of the supplier's lead time. */
  coverDays: number
}

/**
 * What is below its reorder point, by warehouse and SKU, with the day up to which demand is known.
 *
 * @throws {BusinessError} not_found for an unknown region or warehouse
 */
export async function listLowStock(
  db: Kysely<Tables>,
  { region, warehouse, coverDays }: LowStockFilter,
  { cursor, limit }: PageRequest,
): Promise<Page<LowStock> & ReturnType<typeof demandAge>> {
  const after = decodeCursor(cursor, z.tuple([z.string(), z.string()]))
  const inRegion = await warehousesOfRegion(db, region)
  if (warehouse !== undefined) await requireWarehouse(db, warehouse)
  const warehouses = warehouse === undefined ? inRegion : inRegion.filter((id) => id === warehouse)
  const through = await demandThrough(db)
  const { rows } = await sql<LowRow>`
    select l.sku, l.warehouse_id, s.name, s.moq, s.pack_multiple, b.available, b.incoming, b.in_transit, b.reorder_point,
      coalesce(p.lead_time_days, 0) as lead_time_days, coalesce(p.target_level, b.reorder_point) as target_level,
      (select coalesce(sum(d.ordered_qty), 0) from demand_daily d where d.sku = l.sku
        and d.warehouse_id = l.warehouse_id and d.day > ${daysAfter(through, -7)} and d.day <= ${through}) as demand_7d
    from (
      select warehouse_id, sku from low_stock
      where warehouse_id = any(${warehouses}) and (warehouse_id, sku) > (${after?.[0] ?? ''}, ${after?.[1] ?? ''})
      order by warehouse_id, sku limit ${limit + 1}
    ) l
    join stock_balance b on b.sku = l.sku and b.warehouse_id = l.warehouse_id
    join sku s on s.id = l.sku
    left join stock_policy p on p.sku = l.sku and p.warehouse_id = l.warehouse_id
    order by l.warehouse_id, l.sku`.execute(db)
  const page = pageOf(rows, limit, ({ warehouse_id, sku }) => [warehouse_id, sku])
  return { ...page, items: page.items.map((row) => describe(row, coverDays)), ...demandAge(through) }
}

interface LowRow {
  sku: string
  warehouse_id: string
  name: string
  moq: number
  pack_multiple: number
  available: number
  incoming: number
  in_transit: number
  reorder_point: number
  lead_time_days: number
  target_level: number
  demand_7d: number
}

function describe(row: LowRow, coverDays: number): LowStock {
  const { sku, name, available, incoming, in_transit, reorder_point, demand_7d } = row
  const perDay = demand_7d / 7
  const wanted = Math.max(row.target_level, Math.ceil(perDay * (row.lead_time_days + coverDays)))
  const cover = daysOfCover(available, perDay)
  const suggested = deliverable(wanted - available - incoming - in_transit, {
    moq: row.moq,
    packMultiple: row.pack_multiple,
  })
  return {
    sku,
    name,
    warehouse: row.warehouse_id,
    available,
    incoming,
    in_transit,
    reorder_point,
    demand_7d,
    ...(cover === undefined ? {} : { days_of_cover: cover }),
    suggested_qty: suggested,
    why: reasonFor(row, cover, suggested),
  }
}

function reasonFor(row: LowRow, cover: number | undefined, suggested: number): string {
  const { available, incoming, in_transit, reorder_point, demand_7d, lead_time_days } = row
  const pace = cover === undefined ? 'nothing sold in 7 days' : `${demand_7d} sold in 7 days, so it lasts ${cover} days`
  const ordered = incoming > 0 ? `${incoming} on order` : 'nothing on order'
  const supply = in_transit > 0 ? `${ordered}, ${in_transit} from another warehouse` : ordered
  const advice = suggested > 0 ? `the supplier needs ${lead_time_days} days` : 'what is on its way suffices'
  return `${available} available, below the reorder point of ${reorder_point}; ${pace}; ${supply}; ${advice}.`
}
