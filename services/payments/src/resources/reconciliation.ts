import { BusinessError } from '@backroom/mcp-service'
import { z } from 'zod'
import { defineResource } from '../define.ts'
import { providerInUse } from '../provider-in-use.ts'
import { readReconciliation } from '../reconciliation.ts'
import { reconciliationView } from '../reconciliation-view.ts'

export const reconciliation = defineResource({
  name: 'reconciliation',
  title: 'Reconciliation',
  description: "What the comparison of a day with the provider's books found.",
  uri: 'payments://reconciliation/{date}',
  scope: 'payments:reconcile',
  read: async ({ date = '' }, { db }) => {
    const day = z.iso.date().safeParse(date).data
    const found = day && (await readReconciliation(db, providerInUse().name, day))
    if (found) return reconciliationView(found)
    throw new BusinessError('not_found', `${date} has not been reconciled.`, {
      nextActions: [{ tool: 'reconcile_settlement', arguments: { date } }],
    })
  },
})
