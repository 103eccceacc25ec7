import type { RouteContext } from '@backroom/mcp-service'
import type { Workflow } from '@backroom/workflows'
import formbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import type { Tables } from '../database-tables.ts'
import type { Provider } from '../provider/provider.ts'
import { mountAuthenticate } from './authenticate.ts'
import type { EventEffects } from './effects.ts'
import { eventProcessing } from './process-event.ts'
import { mountWebhooks } from './webhooks.ts'

/** What a service needs to hear from its payment provider and from customers who confirm a payment. */
export interface Inbound {
  /** For `runService`. */
  routes(app: FastifyInstance, context: RouteContext<Tables>): void
  /** For `startWorkflows`. */
  workflows: Workflow<never, unknown>[]
}

export function inbound(provider: Provider, effects: EventEffects): Inbound {
  const processing = eventProcessing(provider, effects)
  return {
    routes(app, { db, publicUrl }) {
      app.register(async (scope) => mountWebhooks(scope, { db, provider, processing }))
      app.register(async (scope) => {
        await scope.register(formbody)
        mountAuthenticate(scope, { provider, publicUrl })
      })
    },
    workflows: [processing.workflow],
  }
}
