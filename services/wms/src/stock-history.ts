import type { Day } from '@backroom/calendar'
import { daysAfter } from '@backroom/calendar'
import type { Page, PageRequest } from '@backroom/mcp-service'
import { BusinessError, decodeCursor, pageOf } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { MovementKind, Tables } from './database-tables.ts'
import { requireSku, requireWarehouse } from './master-data.ts'
import type { Movement } from './stock.ts'

export interface HistoryFilter {
  sku?: string | undefined
  lot?: string | undefined
  warehouse?: string | undefined
  /** First and last day, both included, in UTC. */
  from?: Day | undefined
  to?: Day | undefined
  kinds?: readonly MovementKind[] | undefined
}

/**
 * Movements of a SKU or a lot, the last one booked first.
 *
 * @throws {BusinessError} invalid_argument without SKU and lot; not_found for an unknown SKU or warehouse
 */
export async function stockHistory(
  db: Kysely<Tables>,
  { sku, lot, warehouse, from, to, kinds }: HistoryFilter,
  { cursor, limit }: PageRequest,
): Promise<Page<Movement>> {
  const before = decodeCursor(cursor, z.tuple([z.int()]))
  if (sku === undefined && lot === undefined) throw new BusinessError('invalid_argument', 'Say which SKU or which lot.')
  if (sku !== undefined) await requireSku(db, sku)
  if (warehouse !== undefined) await requireWarehouse(db, warehouse)
  let query = db.selectFrom('movement').selectAll()
  if (sku !== undefined) query = query.where('sku', '=', sku)
  if (lot !== undefined) query = query.where('lot', '=', lot)
  if (warehouse !== undefined) query = query.where('warehouse_id', '=', warehouse)
  if (from !== undefined) query = query.where('ts', '>=', new Date(from))
  if (to !== undefined) query = query.where('ts', '<', new Date(daysAfter(to, 1)))
  if (kinds !== undefined) query = query.where('kind', '=', sql<MovementKind>`any(${kinds})`)
  if (before) query = query.where('id', '<', before[0])
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, ({ id }) => [id])
}
