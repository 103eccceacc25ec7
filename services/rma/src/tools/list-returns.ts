import { listOf, paging, Verbosity } from '@backroom/mcp-service'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { RmaFilter, searchRmas } from '../rma-search.ts'
import { describeRmas, summaryOf } from '../rma-view.ts'
import { RmaShape, RmaSummary } from '../shapes.ts'
import { viewerOf } from '../viewer.ts'

export const listReturns = defineTool({
  name: 'list_returns',
  title: 'List returns',
  description:
    'Returns that match all that is given, the newest first: by status, order, customer, SKU, warehouse or day. verbosity full adds lines, receipts, inspections, money and allowed_actions.',
  scope: 'rma:read',
  effect: 'read',
  openWorld: true,
  input: RmaFilter.extend({ ...paging, verbosity: Verbosity }),
  output: listOf(z.union([RmaShape, RmaSummary])),
  text: ({ items, next_cursor }) => `${items.length} returns${next_cursor ? ', more follow' : ''}`,
  handle: async ({ cursor, limit, verbosity, ...filter }, { db, caller }) => {
    const viewer = viewerOf(caller)
    const page = await searchRmas(db, filter, viewer, { cursor, limit })
    const items = verbosity === 'full' ? await describeRmas(db, page.items, viewer) : page.items.map(summaryOf)
    return { ...page, items }
  },
})
