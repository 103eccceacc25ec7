import { listOf, paging, Verbosity } from '@backroom/mcp-service'
import { z } from 'zod'
import { severities, shipmentStatuses } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { listOpenExceptions } from '../exception.ts'
import { Moment } from '../identifiers.ts'
import { ExceptionView, exceptionView } from '../shipment-view.ts'

export const listExceptions = defineTool({
  name: 'list_exceptions',
  title: 'List exceptions',
  description:
    'What went wrong with shipments and is still open, the newest first. verbosity full adds what was noted. End one with resolve_exception.',
  scope: 'tms:read',
  effect: 'read',
  input: z.object({
    severity: z.enum(severities).optional(),
    since: Moment.optional(),
    ...paging,
    verbosity: Verbosity,
  }),
  output: listOf(ExceptionView.extend({ order_ref: z.string().nullable(), shipment_status: z.enum(shipmentStatuses) })),
  text: ({ items, next_cursor }) => `${items.length} open exceptions${next_cursor ? ', more follow' : ''}`,
  handle: async ({ severity, since, cursor, limit, verbosity }, { db }) => {
    const filter = { severity, since: since === undefined ? undefined : new Date(since) }
    const { items, ...rest } = await listOpenExceptions(db, filter, { cursor, limit })
    return {
      ...rest,
      items: items.map(({ order_ref, shipment_status, ...row }) => {
        const { note_untrusted, ...short } = exceptionView(row)
        const note = verbosity === 'full' && note_untrusted !== undefined ? { note_untrusted } : {}
        return { ...short, ...note, order_ref, shipment_status }
      }),
    }
  },
})
