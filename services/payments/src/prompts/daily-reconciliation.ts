import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { Day } from '../identifiers.ts'

export const dailyReconciliation = definePrompt({
  name: 'daily_reconciliation',
  title: 'Daily reconciliation',
  description: "Go through the differences between our books and the provider's.",
  scope: 'payments:reconcile',
  arguments: z.object({ date: Day }),
  messages: ({ date }) =>
    `Reconcile ${date} with reconcile_settlement. For every difference say which payment and order it belongs to, what our books and the provider's say, and the likely cause: an outcome that was unknown, a movement made at the provider by hand, a day boundary. Resolve unknown outcomes with resolve_unknown_operation and reconcile again. Check that trial_balance is balanced. Propose a booking for what remains; post nothing before I agree.`,
})
