import type { Day } from '@backroom/calendar'
import { defineWorkflow, RetryLater, type Steps } from '@backroom/workflows'
import { announce } from '../changes.ts'
import type { Tables } from '../database-tables.ts'
import type { ProviderName } from '../provider/provider.ts'
import { providerInUse } from '../provider-in-use.ts'
import { periodOf, reconcileDay } from '../reconciliation.ts'

export interface SettlementDay {
  provider: ProviderName
  day: Day
}

/** Compares a day with the provider's books, because somebody asks. */
export const reconcileSettlement = defineWorkflow<Tables>()({
  name: 'reconcile_settlement',
  kind: 'reconcile_settlement',
  run: (input: SettlementDay, steps) => reconcile(steps, input),
})

/** Reads what the provider booked on a day and compares it with our books. */
export async function reconcile(steps: Steps<Tables>, { provider, day }: SettlementDay): Promise<void> {
  const now = await steps.now()
  const { from, to } = periodOf(day, now)
  const movements = await steps.remote('read', () =>
    providerInUse(provider)
      .movements(from, to)
      .catch((error: Error) => {
        throw new RetryLater(error.message)
      }),
  )
  await steps.transaction('compare', async (db) => {
    await reconcileDay(db, { provider, day, now, movements })
  })
  announce(`payments://reconciliation/${day}`)
}
