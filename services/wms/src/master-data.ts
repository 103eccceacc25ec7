import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { nearest } from './nearest.ts'

export type SkuRecord = Selectable<Tables['sku']>
export type WarehouseRecord = Selectable<Tables['warehouse']>

const NEIGHBOURS = 10

/**
 * The records of the SKUs, by id.
 *
 * @throws {BusinessError} not_found naming every unknown SKU and the known ones that look most like it
 */
export async function requireSkus(db: Kysely<Tables>, ids: readonly string[]): Promise<Map<string, SkuRecord>> {
  const rows = await db.selectFrom('sku').selectAll().where('id', '=', sql<string>`any(${ids})`).execute()
  const known = new Map(rows.map((row) => [row.id, row]))
  const unknown = [...new Set(ids)].filter((id) => !known.has(id))
  if (unknown.length === 0) return known
  const nearestNames: Record<string, string[]> = {}
  for (const id of unknown) nearestNames[id] = nearest(id, await neighbours(db, id))
  throw new BusinessError('not_found', `There is no SKU ${unknown.join(', ')}.${didYouMean(nearestNames)}`, {
    details: { unknown_skus: unknown, nearest: nearestNames },
    nextActions: Object.values(nearestNames)
      .flat()
      .slice(0, 3)
      .map((name) => ({ tool: 'get_stock', arguments: { skus: [name] } })),
  })
}

/** The record of one SKU; fails as {@link requireSkus} does. */
export async function requireSku(db: Kysely<Tables>, id: string): Promise<SkuRecord> {
  return (await requireSkus(db, [id])).get(id) as SkuRecord
}

/**
 * The record of a warehouse.
 *
 * @throws {BusinessError} not_found with the warehouses that exist
 */
export async function requireWarehouse(db: Kysely<Tables>, id: string): Promise<WarehouseRecord> {
  const all = await listWarehouses(db)
  const found = all.find((warehouse) => warehouse.id === id)
  if (found) return found
  const ids = all.map((warehouse) => warehouse.id)
  throw new BusinessError('not_found', `There is no warehouse ${id}. The warehouses are ${ids.join(', ')}.`, {
    details: { unknown_warehouse: id, warehouses: ids, nearest: nearest(id, ids) },
    nextActions: [{ hint: 'Read inventory://warehouses for their names and regions.' }],
  })
}

/**
 * Ids of the active warehouses of a region; `all` means every region.
 *
 * @throws {BusinessError} not_found with the regions that exist
 */
export async function warehousesOfRegion(db: Kysely<Tables>, region: string): Promise<string[]> {
  const active = (await listWarehouses(db)).filter((warehouse) => warehouse.active)
  const inside = active.filter((warehouse) => region === 'all' || warehouse.region === region)
  if (inside.length > 0) return inside.map((warehouse) => warehouse.id)
  const regions = [...new Set(active.map((warehouse) => warehouse.region))]
  throw new BusinessError('not_found', `There is no region ${region}. The regions are ${regions.join(', ')}, or all.`, {
    details: { unknown_region: region, regions, nearest: nearest(region, regions) },
    nextActions: [{ hint: 'Use one of the regions, or "all".' }],
  })
}

/** Every warehouse, by id; a retailer has tens of them. */
export function listWarehouses(db: Kysely<Tables>): Promise<WarehouseRecord[]> {
  return db.selectFrom('warehouse').selectAll().orderBy('id').execute()
}

/** Up to 20 SKUs that start with what was typed. */
export async function completeSku(db: Kysely<Tables>, typed: string): Promise<string[]> {
  const from = typed.toUpperCase()
  const rows = await db
    .selectFrom('sku')
    .select('id')
    .where('id', '>=', from)
    .where('id', '<', `${from}\u{10ffff}`)
    .orderBy('id')
    .limit(20)
    .execute()
  return rows.map((row) => row.id)
}

/** Warehouse ids that start with what was typed. */
export async function completeWarehouse(db: Kysely<Tables>, typed: string): Promise<string[]> {
  const ids = (await listWarehouses(db)).map((warehouse) => warehouse.id)
  return ids.filter((id) => id.startsWith(typed.toUpperCase()))
}

/** SKUs next to the typed one in alphabetical order: cheap at any size, and most typing mistakes are at the end. */
async function neighbours(db: Kysely<Tables>, id: string): Promise<string[]> {
  const typed = id.toUpperCase()
  const prefix = typed.slice(0, Math.ceil(typed.length / 2))
  const { rows } = await sql<{ id: string }>`
    (select id from sku where id >= ${typed} order by id limit ${NEIGHBOURS})
    union (select id from sku where id < ${typed} order by id desc limit ${NEIGHBOURS})
    union (select id from sku where id >= ${prefix} order by id limit ${NEIGHBOURS})`.execute(db)
  return rows.map((row) => row.id)
}

function didYouMean(names: Record<string, string[]>): string {
  const all = Object.values(names).flat()
  return all.length > 0 ? ` Did you mean ${all.join(', ')}?` : ''
}
