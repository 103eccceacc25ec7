import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { Currency, CustomerId, Day } from '../identifiers.ts'
import { accountCodes, accountTypes } from '../ledger.ts'
import { balanceOf, sumsOf } from '../ledger-view.ts'

export const getBalance = defineTool({
  name: 'get_balance',
  title: 'Get balance',
  description: 'What one account holds, now or at the end of a day.',
  scope: 'payments:ledger',
  effect: 'read',
  input: z.object({
    account: z.enum(accountCodes),
    currency: Currency,
    owner: CustomerId.optional().describe('Customer, for store_credit_liability'),
    at: Day.optional().describe('At the end of this day, UTC; default: now'),
  }),
  output: z.object({
    account: z.string(),
    type: z.enum(['asset', 'liability', 'income', 'expense', 'equity']),
    currency: z.string(),
    debit_minor: z.int(),
    credit_minor: z.int(),
    balance_minor: z.int().describe('Debits over credits for assets and expenses, else credits over debits'),
  }),
  text: ({ account, balance_minor, currency }) => `${account}: ${formatMoney(balance_minor, currency)}`,
  handle: async ({ account, currency, owner, at }, { db }) => {
    const sums = await sumsOf(db, { account, currency, owner }, { to: at })
    const type = accountTypes[account]
    return { account, type, currency, ...sums, balance_minor: balanceOf(type, sums) }
  },
})
