import { z } from 'zod'
import { defineTool } from '../define.ts'
import { Region, Sku, WarehouseId } from '../identifiers.ts'
import { Buckets, WarehouseStock } from '../shapes.ts'
import { stockLevels } from '../stock-levels.ts'

export const getStock = defineTool({
  name: 'get_stock',
  title: 'Get stock',
  description:
    'Stock of up to 50 SKUs: units per bucket, what is available to promise and whether it is below the reorder point, in total and per warehouse. Narrow it to a warehouse or a region.',
  scope: 'wms:read',
  effect: 'read',
  input: z.object({ skus: z.array(Sku).min(1).max(50), warehouse: WarehouseId.optional(), region: Region.optional() }),
  output: z.object({
    items: z.array(
      Buckets.extend({
        sku: z.string(),
        below_reorder_point: z.boolean().describe('In at least one of the warehouses'),
        warehouses: z.array(WarehouseStock),
      }),
    ),
  }),
  text: ({ items }) =>
    items
      .map(
        ({ sku, available, below_reorder_point }) =>
          `${sku}: ${available} available${below_reorder_point ? ' (low)' : ''}`,
      )
      .join(', '),
  handle: async ({ skus, warehouse, region }, { db }) => ({
    items: await stockLevels(db, skus, { warehouse, region }),
  }),
})
