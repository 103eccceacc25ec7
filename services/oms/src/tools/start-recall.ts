import { begin, outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { policyOf } from '../approval-policy.ts'
import { lotSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { Reason } from '../identifiers.ts'
import { recallLot } from '../workflows/recall-lot.ts'

export const startRecall = defineTool({
  name: 'start_recall',
  title: 'Start recall',
  description:
    'Recall a lot: takes what is left of it from sale, stops the orders that hold some of it, tells the customers who got it, and opens their returns. A lot is recalled once; the same again answers with what was done.',
  scope: 'oms:hold',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: ({ lot }, { db, caller }) =>
    policyOf(db, { tool: 'start_recall', account: caller.subject }, 'A2', `it stops every order with lot ${lot}`),
  subject: ({ lot }, { db }) => lotSubject(db, lot),
  input: z.object({
    lot: z
      .string()
      .regex(/^[\w./-]{1,64}$/)
      .describe('Lot number, as inventory knows it'),
    reason: Reason,
  }),
  output: z.object({
    saga_id: z.string(),
    stock_held: z.array(z.object({ sku: z.string(), warehouse: z.string(), qty: z.int() })),
    orders_held: z.array(z.string()).describe('Orders stopped before they left'),
    orders_sent: z.array(z.string()).describe('Orders that left with units of the lot'),
    returns: z.array(z.object({ order_id: z.string(), rma_number: z.string() })),
    not_returned: z.array(z.object({ order_id: z.string(), why: z.string() })),
    complete: z.boolean().describe('false: it went into more orders than could be read at once'),
  }),
  text: ({ orders_held, orders_sent, returns }) =>
    `${orders_held.length} orders stopped; ${orders_sent.length} had left, ${returns.length} returns opened`,
  start: async ({ lot, reason }, { db, caller }) => {
    const id = `recall:${lot}`
    await begin(db, recallLot, { id, subject: lot, input: { lot, reason }, startedBy: caller.subject })
    return { workflowId: id, handle: id }
  },
  outcome: async (id) => ({ saga_id: id, ...(await outcomeOf(recallLot, id)) }),
})
