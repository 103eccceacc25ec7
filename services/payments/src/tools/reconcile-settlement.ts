import { BusinessError } from '@backroom/mcp-service'
import { begin, outcomeOf } from '@backroom/workflows'
import { ulid } from 'ulid'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { Day } from '../identifiers.ts'
import { providerNames } from '../provider/provider.ts'
import { providerInUse } from '../provider-in-use.ts'
import { readReconciliation } from '../reconciliation.ts'
import { ReconciliationResult, reconciliationView } from '../reconciliation-view.ts'
import { reconcileSettlement as workflow } from '../workflows/reconcile-settlement.ts'

export const reconcileSettlement = defineTool({
  name: 'reconcile_settlement',
  title: 'Reconcile settlement',
  description:
    "Compare a day with the provider's books: what matches, what differs, and the fees, which are booked once. Runs every night for the day before; running it again replaces the day's result.",
  scope: 'payments:reconcile',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({
    provider: z.enum(providerNames).optional().describe('Default: the one in use'),
    date: Day.describe('Day, UTC'),
  }),
  output: ReconciliationResult,
  text: ({ date, lines, matched, differences }) =>
    `${date}: ${matched} of ${lines} movements match, ${differences.length} differences`,
  start: async ({ provider = providerInUse().name, date }, { db, caller }) => {
    if (date > new Date().toISOString().slice(0, 10))
      throw new BusinessError('invalid_argument', `${date} is still to come; there is nothing to compare.`)
    if (provider !== providerInUse().name)
      throw new BusinessError('not_found', `No payments go through ${provider} here.`)
    const id = `rcn_${date}_${ulid()}`
    await begin(db, workflow, { id, subject: date, input: { provider, day: date }, startedBy: caller.subject })
    return { workflowId: id, handle: `payments://reconciliation/${date}` }
  },
  outcome: async (workflowId, { db }) => {
    await outcomeOf(workflow, workflowId)
    const [, day = ''] = workflowId.split('_')
    const found = await readReconciliation(db, providerInUse().name, day)
    if (!found) throw new Error(`${workflowId} left no result`)
    return reconciliationView(found)
  },
})
