import { listOf, paging, Verbosity } from '@backroom/mcp-service'
import { z } from 'zod'
import { disputeStatuses } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { listDisputes as list, undecided } from '../dispute-list.ts'
import { PaymentId } from '../identifiers.ts'
import { Dispute, disputeView } from '../payment-view.ts'

export const listDisputes = defineTool({
  name: 'list_disputes',
  title: 'List disputes',
  description:
    'Disputes (chargebacks), the newest first; by default those that are not decided. respond_within_hours finds those that need an answer soon. verbosity full adds the evidence that was sent.',
  scope: 'payments:read',
  effect: 'read',
  openWorld: true,
  input: z.object({
    status: z.enum(disputeStatuses).optional(),
    payment_id: PaymentId.optional(),
    respond_within_hours: z.number().positive().max(8_760).optional(),
    ...paging,
    verbosity: Verbosity,
  }),
  output: listOf(Dispute),
  text: ({ items, next_cursor }) => `${items.length} disputes${next_cursor ? ', more follow' : ''}`,
  handle: async ({ status, payment_id, respond_within_hours, cursor, limit, verbosity }, { db }) => {
    const filter = {
      statuses: status ? [status] : undecided,
      paymentId: payment_id,
      respondBefore:
        respond_within_hours === undefined ? undefined : new Date(Date.now() + respond_within_hours * 3_600_000),
    }
    const page = await list(db, filter, { cursor, limit })
    const items = page.items.map(disputeView)
    return {
      ...page,
      items: verbosity === 'full' ? items : items.map(({ evidence_untrusted: _, ...dispute }) => dispute),
    }
  },
})
