import { listOf, paging, Verbosity } from '@backroom/mcp-service'
import { z } from 'zod'
import { ClaimFilter, searchClaims } from '../claim-search.ts'
import { describeClaims, summaryOf } from '../claim-view.ts'
import { defineTool } from '../define.ts'
import { ClaimShape, ClaimSummary } from '../shapes.ts'
import { viewerOf } from '../viewer.ts'

export const listClaims = defineTool({
  name: 'list_claims',
  title: 'List claims',
  description:
    'Claims that match all that is given, the newest first: by order, shipment, customer, status, type, region, carrier or day.',
  scope: 'claims:read',
  effect: 'read',
  openWorld: true,
  input: ClaimFilter.extend({ ...paging, verbosity: Verbosity }),
  output: listOf(z.union([ClaimShape, ClaimSummary])),
  text: ({ items, next_cursor }) => `${items.length} claims${next_cursor ? ', and more' : ''}`,
  handle: async ({ verbosity, cursor, limit, ...filter }, { db, caller }) => {
    const viewer = viewerOf(caller)
    const { items, ...page } = await searchClaims(db, filter, viewer, { cursor, limit })
    return { items: verbosity === 'full' ? await describeClaims(db, items, viewer) : items.map(summaryOf), ...page }
  },
})
