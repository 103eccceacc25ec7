import { defineWorkflow } from '@backroom/workflows'
import type { Tables } from '../database-tables.ts'
import { releaseEntitlements } from './order-calls.ts'

export interface ReleaseInput {
  number: string
  /** Name under which the entitlements were drawn. */
  sourceId: string
  orderLineIds: readonly string[]
}

/** Gives back what orders has set apart for a claim that ended without a payment. */
export const releaseDraws = defineWorkflow<Tables>()({
  name: 'release_draws',
  kind: 'release_draws',
  async run({ number, sourceId, orderLineIds }: ReleaseInput, steps): Promise<{ number: string }> {
    steps.pivot()
    await releaseEntitlements(steps, sourceId, orderLineIds)
    return { number }
  },
})
