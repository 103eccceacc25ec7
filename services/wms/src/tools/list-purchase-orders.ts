import { listOf, paging, Verbosity } from '@backroom/mcp-service'
import { z } from 'zod'
import { purchaseOrderStatuses } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { Sku, WarehouseId } from '../identifiers.ts'
import { requireSku, requireWarehouse } from '../master-data.ts'
import { listPurchaseOrders as readPurchaseOrders } from '../purchase-order-view.ts'
import { PurchaseOrderSummary } from '../shapes.ts'

export const listPurchaseOrders = defineTool({
  name: 'list_purchase_orders',
  title: 'List purchase orders',
  description:
    'Purchase orders, the newest first, by status, warehouse, supplier or SKU. verbosity full adds the lines.',
  scope: 'wms:read',
  effect: 'read',
  input: z.object({
    status: z.enum(purchaseOrderStatuses).optional(),
    warehouse: WarehouseId.optional(),
    supplier: z.string().max(64).optional().describe('Supplier id, for example SUP-02'),
    sku: Sku.optional(),
    ...paging,
    verbosity: Verbosity,
  }),
  output: listOf(PurchaseOrderSummary),
  text: ({ items, next_cursor }) => `${items.length} purchase orders${next_cursor ? ', more follow' : ''}`,
  handle: async ({ status, warehouse, supplier, sku, cursor, limit, verbosity }, { db }) => {
    if (warehouse !== undefined) await requireWarehouse(db, warehouse)
    if (sku !== undefined) await requireSku(db, sku)
    const page = await readPurchaseOrders(db, { status, warehouse, supplier, sku }, { cursor, limit })
    if (verbosity === 'full') return page
    return { ...page, items: page.items.map(({ lines: _, ...order }) => order) }
  },
})
