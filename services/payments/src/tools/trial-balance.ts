import { z } from 'zod'
import { defineTool } from '../define.ts'
import { Day } from '../identifiers.ts'
import { accountSums, balanceOf } from '../ledger-view.ts'

export const trialBalance = defineTool({
  name: 'trial_balance',
  title: 'Trial balance',
  description:
    'All accounts with their debits, credits and balances, for all time or a period. Per currency, debits equal credits.',
  scope: 'payments:ledger',
  effect: 'read',
  input: z.object({
    from: Day.optional().describe('First day, UTC'),
    to: Day.optional().describe('Last day, UTC'),
  }),
  output: z.object({
    accounts: z.array(
      z.object({
        account: z.string(),
        type: z.enum(['asset', 'liability', 'income', 'expense', 'equity']),
        currency: z.string(),
        debit_minor: z.int(),
        credit_minor: z.int(),
        balance_minor: z.int(),
      }),
    ),
    totals: z.array(z.object({ currency: z.string(), debit_minor: z.int(), credit_minor: z.int() })),
    balanced: z.boolean(),
  }),
  text: ({ balanced, accounts }) =>
    `${accounts.length} accounts; the ledger ${balanced ? 'balances' : 'DOES NOT balance'}`,
  handle: async ({ from, to }, { db }) => {
    const rows = await accountSums(db, { from, to })
    const totals = [...Map.groupBy(rows, ({ currency }) => currency)].map(([currency, group]) => ({
      currency,
      debit_minor: group.reduce((sum, { debit_minor }) => sum + debit_minor, 0),
      credit_minor: group.reduce((sum, { credit_minor }) => sum + credit_minor, 0),
    }))
    return {
      accounts: rows.map((row) => ({ ...row, balance_minor: balanceOf(row.type, row) })),
      totals,
      balanced: totals.every(({ debit_minor, credit_minor }) => debit_minor === credit_minor),
    }
  },
})
