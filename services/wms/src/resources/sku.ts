import { defineResource } from '../define.ts'
import { completeSku, requireSku } from '../master-data.ts'
import { stockLevels } from '../stock-levels.ts'

export const sku = defineResource({
  name: 'sku',
  title: 'SKU',
  description: 'A SKU: what it is, how it is bought and its stock per warehouse.',
  uri: 'inventory://sku/{sku}',
  scope: 'wms:read',
  subscribable: true,
  complete: { sku: (typed, { db }) => completeSku(db, typed) },
  read: async ({ sku: id = '' }, { db }) => {
    const { id: name, ...record } = await requireSku(db, id)
    const [stock] = await stockLevels(db, [name])
    return { sku: name, ...record, stock }
  },
})
