import { defineResource } from '../define.ts'
import { completeSku } from '../master-data.ts'
import { movementEntry } from '../shapes.ts'
import { stockHistory } from '../stock-history.ts'

const LATEST = 100

export const skuMovements = defineResource({
  name: 'sku_movements',
  title: 'SKU movements',
  description: `The latest ${LATEST} movements of a SKU in all warehouses. get_stock_history reads further back.`,
  uri: 'inventory://sku/{sku}/movements',
  scope: 'wms:read',
  complete: { sku: (typed, { db }) => completeSku(db, typed) },
  read: async ({ sku }, { db }) => {
    const page = await stockHistory(db, { sku }, { limit: LATEST })
    return { sku, ...page, items: page.items.map((row) => movementEntry(row)) }
  },
})
