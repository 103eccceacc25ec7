import { reportFacts } from '@backroom/facts'
import type { RunOptions } from '@backroom/mcp-service'
import { startWorkflows } from '@backroom/workflows'
import { announceWith } from './changes.ts'
import type { Tables } from './database-tables.ts'
import { inbound } from './inbound/inbound.ts'
import type { Provider } from './provider/provider.ts'
import { eventEffects } from './provider-events.ts'
import { useProvider } from './provider-in-use.ts'
import { answerDispute } from './workflows/answer-dispute.ts'
import { authorizePayment } from './workflows/authorize-payment.ts'
import { capturePayment, refundPayment, voidAuthorization } from './workflows/carry-out.ts'
import { reconcileSettlement } from './workflows/reconcile-settlement.ts'
import { resolveOperation } from './workflows/resolve-unknown.ts'
import { schedules } from './workflows/schedules.ts'

/** What runs beside the tools, with one payment provider: the workflows, the schedules and the provider's inbox. */
export function besideTools(provider: Provider): Pick<RunOptions<Tables>, 'background' | 'routes'> {
  useProvider(provider)
  const { routes, workflows: inbox } = inbound(provider, eventEffects)
  const start = startWorkflows<Tables>({
    workflows: [
      authorizePayment,
      capturePayment,
      voidAuthorization,
      refundPayment,
      answerDispute,
      resolveOperation,
      reconcileSettlement,
      reportFacts,
      ...inbox,
    ],
    schedules,
  })
  return {
    routes,
    background(context) {
      announceWith(context.changed)
      return start(context)
    },
  }
}
