import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { OrderRef } from '../identifiers.ts'
import { readIntent } from '../intent.ts'
import { paymentUri } from '../uris.ts'

export const refundInvestigation = definePrompt({
  name: 'refund_investigation',
  title: 'Refund investigation',
  description: "Find out where a customer's money is and what is owed.",
  scope: 'payments:read',
  arguments: z.object({ order: OrderRef }),
  messages: async ({ order }, { db }) => [
    {
      role: 'user',
      text: `A customer asks about money for order ${order}. Lay out what was paid, captured, voided and refunded, with dates, and what is still under way. Compare it with what was shipped, cancelled and returned. Say what we owe, if anything, and why. If a refund is due, work it out with propose_refund and show me the breakdown; refund nothing before I agree. An operation whose outcome is unknown is looked up with resolve_unknown_operation, never repeated.`,
    },
    { role: 'user', resource: paymentUri((await readIntent(db, { order_ref: order })).id) },
  ],
})
