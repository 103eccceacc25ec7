import { CompiledQuery, type Kysely } from 'kysely'
import type { Balance, Tables } from './database-tables.ts'
import { requireSkus, requireWarehouse, warehousesOfRegion } from './master-data.ts'

/** Stock of one SKU, summed over the warehouses asked for. */
export interface StockLevel extends Buckets {
  sku: string
  below_reorder_point: boolean
  warehouses: WarehouseLevel[]
}

export interface WarehouseLevel extends Buckets {
  warehouse: string
  below_reorder_point: boolean
  /** Counts up with every change; what `expected_version` of the tools that change stock compares with. */
  version: number
}

/** Units: on_hand contains reserved, picked, quarantined and damaged; available is what is left of it. */
export interface Buckets {
  on_hand: number
  available: number
  reserved: number
  picked: number
  quarantined: number
  damaged: number
  incoming: number
  in_transit: number
  reorder_point: number
}

/** Balances of the SKUs in $1, in a stable order. */
export const STOCK_BALANCES = `select sku, warehouse_id, on_hand, available, reserved, picked, quarantined, damaged, incoming,
  in_transit, reorder_point, version from stock_balance where sku = any($1) order by sku, warehouse_id`

/**
 * Stock of the SKUs, in the order asked; one query. A SKU that no warehouse holds has zeros.
 *
 * @throws {BusinessError} not_found for an unknown SKU, warehouse or region
 */
export async function stockLevels(
  db: Kysely<Tables>,
  skus: readonly string[],
  { warehouse, region }: { warehouse?: string | undefined; region?: string | undefined } = {},
): Promise<StockLevel[]> {
  const balances = await readBalances(db, skus)
  const wanted = await warehousesAsked(db, warehouse, region)
  const levels = new Map<string, StockLevel>()
  for (const sku of skus) levels.set(sku, { sku, ...nothing(), below_reorder_point: false, warehouses: [] })
  const held = new Set<string>()
  for (const balance of balances) {
    held.add(balance.sku)
    const level = levels.get(balance.sku)
    if (level && (!wanted || wanted.has(balance.warehouse_id))) addTo(level, balance)
  }
  if (held.size < levels.size)
    await requireSkus(
      db,
      [...levels.keys()].filter((sku) => !held.has(sku)),
    )
  return [...levels.values()]
}

/** One balance as callers see it. */
export function warehouseLevel({ sku: _, warehouse_id, ...balance }: Balance): WarehouseLevel {
  return { warehouse: warehouse_id, ...balance, below_reorder_point: balance.available < balance.reorder_point }
}

async function readBalances(db: Kysely<Tables>, skus: readonly string[]): Promise<Balance[]> {
  return (await db.executeQuery(CompiledQuery.raw(STOCK_BALANCES, [skus]) as CompiledQuery<Balance>)).rows
}

async function warehousesAsked(
  db: Kysely<Tables>,
  warehouse: string | undefined,
  region: string | undefined,
): Promise<Set<string> | undefined> {
  if (warehouse === undefined && region === undefined) return undefined
  const ids = new Set(await warehousesOfRegion(db, region ?? 'all'))
  if (warehouse === undefined) return ids
  await requireWarehouse(db, warehouse)
  return new Set(ids.has(warehouse) || region === undefined ? [warehouse] : [])
}

function addTo(level: StockLevel, balance: Balance): void {
  level.on_hand += balance.on_hand
  level.available += balance.available
  level.reserved += balance.reserved
  level.picked += balance.picked
  level.quarantined += balance.quarantined
  level.damaged += balance.damaged
  level.incoming += balance.incoming
  level.in_transit += balance.in_transit
  level.reorder_point += balance.reorder_point
  const here = warehouseLevel(balance)
  level.below_reorder_point ||= here.below_reorder_point
  level.warehouses.push(here)
}

function nothing(): Buckets {
  return {
    on_hand: 0,
    available: 0,
    reserved: 0,
    picked: 0,
    quarantined: 0,
    damaged: 0,
    incoming: 0,
    in_transit: 0,
    reorder_point: 0,
  }
}
