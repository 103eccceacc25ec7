import { defineWorkflow } from '@backroom/workflows'
import { lockClaim } from '../claim.ts'
import type { Tables } from '../database-tables.ts'
import { reportSettling } from '../settlement.ts'
import { releaseEntitlements } from './order-calls.ts'

export interface SettleInput {
  number: string
  settlementId: string
  /** Name under which the entitlements were drawn. */
  sourceId: string
  /** Lines that were claimed and not approved. */
  refusedLines: readonly string[]
}

/** Topic on which the end of a settlement is told to its process. */
export const SETTLEMENT_ENDED = 'settlement_ended'

const LOOK_MS = 7 * 86_400_000

/**
 * Settles an approved claim: what is set apart for lines that were not approved is given back, then the order process pays
 * and says how it ended.
 */
export const settleClaim = defineWorkflow<Tables>()({
  name: 'settle_claim',
  kind: 'settle_claim',
  async run({ number, settlementId, sourceId, refusedLines }: SettleInput, steps): Promise<{ number: string }> {
    steps.pivot()
    await releaseEntitlements(steps, sourceId, refusedLines)
    await steps.transaction('report', async (db) => reportSettling(db, await lockClaim(db, number), settlementId))
    while ((await steps.receive(SETTLEMENT_ENDED, LOOK_MS)) === undefined);
    return { number }
  },
})

/** Id of the process of a settlement. */
export function settleSagaId(number: string, settlementId: string): string {
  return `${number}-${settlementId}`
}
