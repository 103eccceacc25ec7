import { BusinessError } from '@backroom/mcp-service'
import { defineResource } from '../define.ts'
import { accountCodes } from '../ledger.ts'
import { accountSums, balanceOf } from '../ledger-view.ts'

export const ledgerAccount = defineResource({
  name: 'ledger_account',
  title: 'Ledger account',
  description: 'An account of the ledger: debits, credits and balance per currency. get_ledger reads its entries.',
  uri: 'payments://ledger/{account}',
  scope: 'payments:ledger',
  complete: { account: (typed) => accountCodes.filter((code) => code.startsWith(typed)) },
  read: async ({ account }, { db }) => {
    const code = accountCodes.find((known) => known === account)
    if (!code)
      throw new BusinessError('not_found', `There is no account ${account}.`, { details: { accounts: accountCodes } })
    const rows = await accountSums(db, {}, { account: code })
    return { account: code, balances: rows.map((row) => ({ ...row, balance_minor: balanceOf(row.type, row) })) }
  },
})
