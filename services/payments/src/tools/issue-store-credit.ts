import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { creditSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, Currency, CustomerId, Reason } from '../identifiers.ts'
import { moverOf } from '../limits.ts'
import { grantCredit } from '../store-credit.ts'

export const issueStoreCredit = defineTool({
  name: 'issue_store_credit',
  title: 'Issue store credit',
  description:
    'Grant a customer credit to spend in the shop. With source and source_id (a return, a claim) it is granted once for that.',
  scope: 'payments:credit',
  effect: 'destructive',
  idempotent: true,
  approval: ({ amount_minor, currency }, { db }) =>
    tierOf(db, { tool: 'issue_store_credit', amount: { minor: amount_minor, currency } }),
  subject: (credit, { db }) => creditSubject(db, credit),
  input: z.object({
    customer_id: CustomerId,
    amount_minor: AmountMinor,
    currency: Currency,
    reason: Reason,
    source: z.enum(['rma', 'claim', 'cancel', 'manual']).default('manual'),
    source_id: z.string().min(1).max(128).optional(),
  }),
  output: z.object({
    credit_id: z.string(),
    customer_id: z.string(),
    amount_minor: z.int(),
    currency: z.string(),
    balance_minor: z.int().describe('All that the customer can spend now'),
  }),
  text: ({ customer_id, amount_minor, balance_minor, currency }) =>
    `${formatMoney(amount_minor, currency)} of credit for ${customer_id}, who now has ${formatMoney(balance_minor, currency)}`,
  handle: async ({ customer_id, amount_minor, currency, reason, source, source_id }, { db, caller }) => {
    const wish = { customerId: customer_id, amount: amount_minor, currency, reason, source, sourceId: source_id }
    const { grant, balance } = await grantCredit(db, wish, moverOf(caller))
    return { credit_id: grant.id, customer_id, amount_minor: grant.amount_minor, currency, balance_minor: balance }
  },
})
