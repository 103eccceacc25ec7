import { defineResource } from '../define.ts'
import { readTransfer } from '../transfer.ts'
import { transferView } from '../transfer-shape.ts'

export const transfer = defineResource({
  name: 'transfer',
  title: 'Transfer',
  description: 'A transfer between two warehouses with its lines.',
  uri: 'inventory://transfers/{id}',
  scope: 'wms:read',
  subscribable: true,
  read: async ({ id = '' }, { db }) => transferView(await readTransfer(db, id)),
})
