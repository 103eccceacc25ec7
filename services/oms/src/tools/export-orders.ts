import { z } from 'zod'
import { policyOf } from '../approval-policy.ts'
import { defineTool } from '../define.ts'
import { exportSize, FREE_ROWS, makeExport } from '../export.ts'
import { OrderFilter } from '../order-search.ts'
import { narrowed, viewerOf } from '../viewer.ts'

export const exportOrders = defineTool({
  name: 'export_orders',
  title: 'Export orders',
  description: `Orders that match a filter (as in search_orders) as one CSV file. The answer names a resource that you can read for a day. Above ${FREE_ROWS} orders it needs your confirmation, since it holds personal data.`,
  scope: 'oms:read',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: async (filter, { db, caller }) => {
    const rows = await exportSize(db, narrowed(filter, viewerOf(caller)))
    if (rows <= FREE_ROWS) return { tier: 'A0' }
    const reason = `it takes personal data of more than ${FREE_ROWS} orders out`
    return policyOf(db, { tool: 'export_orders', account: caller.subject }, 'A1', reason)
  },
  subject: async (filter, { db, caller }) => ({
    name: `${await exportSize(db, narrowed(filter, viewerOf(caller)))} orders`,
    version: 'new',
  }),
  input: OrderFilter,
  output: z.object({
    export_id: z.string(),
    uri: z.string().describe('Resource to read: text/csv'),
    rows: z.int(),
    expires_at: z.string(),
  }),
  text: ({ uri, rows }) => `${rows} orders, to be read at ${uri}`,
  handle: async (filter, { db, caller }) => {
    const made = await makeExport(db, narrowed(filter, viewerOf(caller)), caller.subject)
    const { id, rows, expires_at } = made
    return { export_id: id, uri: `orders://export/${id}`, rows, expires_at: expires_at.toISOString() }
  },
})
