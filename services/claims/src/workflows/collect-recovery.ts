import { defineWorkflow } from '@backroom/workflows'
import type { Tables } from '../database-tables.ts'
import { lockRecovery } from '../recovery.ts'
import { closePaid } from '../recovery-ending.ts'

export interface CollectInput {
  recoveryId: string
  /** How the ledger calls what it is for. */
  claimId: string
  amountMinor: number
  currency: string
  counterparty: string
}

/** Books what a counterparty paid, once, and closes the recovery. */
export const collectRecovery = defineWorkflow<Tables>()({
  name: 'collect_recovery',
  kind: 'collect_recovery',
  async run(input: CollectInput, steps): Promise<{ recoveryId: string }> {
    const { recoveryId, claimId, amountMinor, currency, counterparty } = input
    steps.pivot()
    const { tx_id } = await steps.call<{ tx_id: string }>('book', 'payments', 'post_recovery', {
      claim_id: claimId,
      source_id: recoveryId,
      amount_minor: amountMinor,
      currency,
      counterparty,
    })
    await steps.transaction('close', async (db) => {
      await closePaid(db, await lockRecovery(db, recoveryId), tx_id)
    })
    return { recoveryId }
  },
})

/** Id of the process that books what came in for a recovery. */
export function collectSagaId(recoveryId: string): string {
  return `collect:${recoveryId}`
}
