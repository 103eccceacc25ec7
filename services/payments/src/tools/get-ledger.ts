import { listOf, paging, Verbosity } from '@backroom/mcp-service'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { Currency, CustomerId, Day } from '../identifiers.ts'
import { accountCodes } from '../ledger.ts'
import { readLedger, sumsOf } from '../ledger-view.ts'

const Entry = z.object({
  entry_id: z.int(),
  tx_id: z.string(),
  at: z.string(),
  kind: z.string(),
  cause_untrusted: z.string().optional(),
  account_id: z.string().optional(),
  direction: z.enum(['debit', 'credit']),
  amount_minor: z.int(),
})

export const getLedger = defineTool({
  name: 'get_ledger',
  title: 'Get ledger',
  description:
    'Entries of one account, the latest first, and the sums of the whole period. verbosity full adds what caused each entry.',
  scope: 'payments:ledger',
  effect: 'read',
  input: z.object({
    account: z.enum(accountCodes),
    currency: Currency,
    owner: CustomerId.optional().describe('Customer, for store_credit_liability'),
    from: Day.optional().describe('First day, UTC'),
    to: Day.optional().describe('Last day, UTC'),
    ...paging,
    verbosity: Verbosity,
  }),
  output: listOf(Entry).extend({ debit_minor: z.int(), credit_minor: z.int(), currency: z.string() }),
  text: ({ items, next_cursor }, { account, currency }) =>
    `${items.length} entries of ${account} in ${currency}${next_cursor ? ', more follow' : ''}`,
  handle: async ({ account, currency, owner, from, to, cursor, limit, verbosity }, { db }) => {
    const filter = { account, currency, owner }
    const [page, sums] = await Promise.all([
      readLedger(db, filter, { from, to }, { cursor, limit }),
      sumsOf(db, filter, { from, to }),
    ])
    const items = page.items.map(({ id, ts, cause, account_id, ...entry }) => ({
      entry_id: id,
      at: ts.toISOString(),
      ...entry,
      ...(verbosity === 'full' ? { cause_untrusted: cause, account_id } : {}),
    }))
    return { ...page, items, ...sums, currency }
  },
})
