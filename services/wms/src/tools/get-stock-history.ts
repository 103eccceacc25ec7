import { listOf, paging, Verbosity } from '@backroom/mcp-service'
import { z } from 'zod'
import { movementKinds } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { Day, Lot, Sku, WarehouseId } from '../identifiers.ts'
import { MovementEntry, movementEntry } from '../shapes.ts'
import { stockHistory } from '../stock-history.ts'

export const getStockHistory = defineTool({
  name: 'get_stock_history',
  title: 'Get stock history',
  description:
    'Movements of a SKU or a lot, the latest first: what moved between which buckets, why, and the units on hand afterwards.',
  scope: 'wms:read',
  effect: 'read',
  input: z.object({
    sku: Sku.optional(),
    lot: Lot.optional(),
    warehouse: WarehouseId.optional(),
    from: Day.optional().describe('First day, UTC'),
    to: Day.optional().describe('Last day, UTC'),
    kinds: z.array(z.enum(movementKinds)).min(1).optional(),
    ...paging,
    verbosity: Verbosity,
  }),
  output: listOf(MovementEntry),
  text: ({ items, next_cursor }) => `${items.length} movements${next_cursor ? ', more follow' : ''}`,
  handle: async ({ sku, lot, warehouse, from, to, kinds, cursor, limit, verbosity }, { db }) => {
    const page = await stockHistory(db, { sku, lot, warehouse, from, to, kinds }, { cursor, limit })
    return { ...page, items: page.items.map((row) => movementEntry(row, verbosity)) }
  },
})
