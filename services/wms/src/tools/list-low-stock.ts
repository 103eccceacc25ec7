import { listOf, paging, Verbosity } from '@backroom/mcp-service'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { DemandAge, demandNote } from '../demand.ts'
import { Region, WarehouseId } from '../identifiers.ts'
import { listLowStock as readLowStock } from '../low-stock.ts'

export const listLowStock = defineTool({
  name: 'list_low_stock',
  title: 'List low stock',
  description:
    'SKUs below their reorder point, by warehouse and SKU, each with 7-day demand, days of cover, a suggested order quantity and the reason. demand_through says how fresh the demand is. Order with create_reorder, or have a whole plan made by suggest_reorders.',
  scope: 'wms:read',
  effect: 'read',
  input: z.object({
    region: Region.default('all'),
    warehouse: WarehouseId.optional(),
    cover_days: z.int().min(1).max(365).default(7).describe('Days that stock should last beyond the lead time'),
    ...paging,
    verbosity: Verbosity,
  }),
  output: listOf(
    z.object({
      sku: z.string(),
      name: z.string().optional(),
      warehouse: z.string(),
      available: z.int(),
      incoming: z.int().describe('Ordered from suppliers'),
      in_transit: z.int().describe('Sent by other warehouses'),
      reorder_point: z.int(),
      demand_7d: z.int(),
      days_of_cover: z.number().optional().describe('Absent when nothing sold in 7 days'),
      suggested_qty: z.int(),
      why: z.string().optional(),
    }),
  ).extend(DemandAge),
  text: ({ items, next_cursor, ...age }) =>
    `${items.length} SKUs below their reorder point${next_cursor ? ', more follow' : ''}${demandNote(age)}`,
  handle: async ({ region, warehouse, cover_days, cursor, limit, verbosity }, { db }) => {
    const page = await readLowStock(db, { region, warehouse, coverDays: cover_days }, { cursor, limit })
    if (verbosity === 'full') return page
    return { ...page, items: page.items.map(({ name: _, ...item }) => item) }
  },
})
