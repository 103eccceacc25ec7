import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { accountsSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, Currency, Reason } from '../identifiers.ts'
import { accountCodes, postAdjustment as post } from '../ledger.ts'

export const postAdjustment = defineTool({
  name: 'post_adjustment',
  title: 'Post adjustment',
  description:
    'Correct the books by hand. Debits and credits must be equal in each currency. It moves no money at the provider.',
  scope: 'payments:ledger_write',
  effect: 'destructive',
  idempotent: true,
  approval: (_, { db }) => tierOf(db, { tool: 'post_adjustment' }),
  subject: ({ entries }, { db }) => accountsSubject(db, entries),
  input: z.object({
    entries: z
      .array(
        z.object({
          account: z.enum(accountCodes),
          direction: z.enum(['debit', 'credit']),
          amount_minor: AmountMinor,
          currency: Currency,
        }),
      )
      .min(2)
      .max(50),
    reason: Reason,
  }),
  output: z.object({ tx_id: z.string(), entries: z.int() }),
  text: ({ tx_id, entries }) => `${tx_id}: ${entries} entries booked`,
  handle: async ({ entries, reason }, { db, caller }) => {
    const postings = entries.map(({ amount_minor, ...entry }) => ({ ...entry, amount: amount_minor }))
    const tx_id = await post(db, { postings, reason, actor: caller.subject })
    return { tx_id, entries: postings.length }
  },
})
