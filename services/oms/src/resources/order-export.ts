import { defineResource } from '../define.ts'
import { readExport } from '../export.ts'

export const orderExport = defineResource({
  name: 'order_export',
  title: 'Order export',
  description: 'The CSV file that export_orders made, for whoever asked for it.',
  uri: 'orders://export/{id}',
  mimeType: 'text/csv',
  scope: 'oms:read',
  read: ({ id = '' }, { db, caller }) => readExport(db, id, caller.subject),
})
