import { listOf, paging, Verbosity } from '@backroom/mcp-service'
import { z } from 'zod'
import { intentStatuses } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { CustomerId, Day, OrderRef } from '../identifiers.ts'
import { listPayments as list } from '../payment-list.ts'
import { PaymentSummary, summaryOf } from '../payment-view.ts'

const Row = PaymentSummary.partial({ checkout_id: true, authorized_minor: true, voided_minor: true, version: true })

export const listPayments = defineTool({
  name: 'list_payments',
  title: 'List payments',
  description: 'Payments, the newest first, by status, customer, order or day. verbosity full adds all sums.',
  scope: 'payments:read',
  effect: 'read',
  input: z.object({
    status: z.enum(intentStatuses).optional(),
    customer_id: CustomerId.optional(),
    order_ref: OrderRef.optional(),
    from: Day.optional().describe('First day, UTC'),
    to: Day.optional().describe('Last day, UTC'),
    ...paging,
    verbosity: Verbosity,
  }),
  output: listOf(Row),
  text: ({ items, next_cursor }) => `${items.length} payments${next_cursor ? ', more follow' : ''}`,
  handle: async ({ status, customer_id, order_ref, from, to, cursor, limit, verbosity }, { db }) => {
    const page = await list(db, { status, customerId: customer_id, orderRef: order_ref, from, to }, { cursor, limit })
    const items = page.items.map(summaryOf)
    if (verbosity === 'full') return { ...page, items }
    return {
      ...page,
      items: items.map(({ checkout_id: _, authorized_minor: __, voided_minor: ___, version: ____, ...row }) => row),
    }
  },
})
