import { BusinessError } from '@backroom/mcp-service'
import { z } from 'zod'
import { defineResource } from '../define.ts'
import { Sku } from '../identifiers.ts'
import { completeSku, completeWarehouse, requireWarehouse } from '../master-data.ts'
import { stockPage } from '../stock-page.ts'
import { readSummary } from '../warehouse-summary.ts'

const Query = z.object({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  sku: Sku.optional(),
  below_reorder: z.enum(['true', 'false']).default('false'),
})

/** One document cannot hold every SKU of a large warehouse, so it is read page by page. */
export const warehouseStock = defineResource({
  name: 'warehouse_stock',
  title: 'Warehouse stock',
  description: 'Current stock levels for a warehouse, as JSON.',
  uri: 'inventory://warehouse/{wid}/stock{?cursor,limit,sku,below_reorder}',
  scope: 'wms:read',
  subscribable: true,
  complete: { wid: (typed, { db }) => completeWarehouse(db, typed), sku: (typed, { db }) => completeSku(db, typed) },
  read: async ({ wid = '', ...given }, { db }) => {
    const { cursor, limit, sku, below_reorder } = readQuery(given)
    const { id, name, region } = await requireWarehouse(db, wid)
    const belowReorder = below_reorder === 'true'
    const { items, next_cursor } = await stockPage(db, id, { sku, belowReorder }, { cursor, limit })
    const next = next_cursor && new URLSearchParams({ cursor: next_cursor, limit: String(limit) })
    if (next && sku) next.set('sku', sku)
    if (next && belowReorder) next.set('below_reorder', 'true')
    return {
      warehouse: id,
      name,
      region,
      ...(cursor === undefined ? { summary: await summaryOf(db, id) } : {}),
      items,
      ...(next ? { next_cursor, next: `inventory://warehouse/${id}/stock?${next}` } : {}),
    }
  },
})

function readQuery(given: Record<string, string | undefined>): z.output<typeof Query> {
  const parsed = Query.safeParse(given)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new BusinessError('invalid_argument', `The query of this URI is not valid. ${problems.join('; ')}.`)
}

async function summaryOf(db: Parameters<typeof readSummary>[0], warehouse: string) {
  const { counted, belowReorderPoint } = await readSummary(db, warehouse)
  return {
    skus_below_reorder_point: belowReorderPoint,
    ...(counted
      ? {
          skus: counted.skus,
          units_on_hand: counted.units_on_hand,
          units_available: counted.units_available,
          counted_at: counted.as_of.toISOString(),
        }
      : {}),
  }
}
