import { listOf, paging, Verbosity } from '@backroom/mcp-service'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { OrderFilter, searchOrders as search } from '../order-search.ts'
import { describeOrders, summaryOf } from '../order-view.ts'
import { OrderShape, OrderSummary } from '../shapes.ts'
import { narrowed, viewerOf } from '../viewer.ts'

export const searchOrders = defineTool({
  name: 'search_orders',
  title: 'Search orders',
  description:
    'Orders that match all that is given, the newest first: by number, e-mail or name (their beginning), customer, SKU, status, day or flag. verbosity full adds lines, holds, shipments and adjustments.',
  scope: 'oms:read',
  effect: 'read',
  openWorld: true,
  input: OrderFilter.extend({ ...paging, verbosity: Verbosity }),
  output: listOf(z.union([OrderShape, OrderSummary])),
  text: ({ items, next_cursor }) => `${items.length} orders${next_cursor ? ', more follow' : ''}`,
  handle: async ({ cursor, limit, verbosity, ...filter }, { db, caller }) => {
    const viewer = viewerOf(caller)
    const page = await search(db, narrowed(filter, viewer), { cursor, limit })
    const items = verbosity === 'full' ? await describeOrders(db, page.items, viewer) : page.items.map(summaryOf)
    return { ...page, items }
  },
})
