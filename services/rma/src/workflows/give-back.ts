import { defineWorkflow } from '@backroom/workflows'
import type { Tables } from '../database-tables.ts'

export interface GiveBackInput {
  /** Number of the return, which drew from these lines. */
  number: string
  /** `keep`: units that stay drawn; none when 0. */
  lines: { orderLineId: string; keep: number }[]
}

/** Gives back to the order what a return will not take. Begun in the transaction that decides so. */
export const giveBack = defineWorkflow<Tables>()({
  name: 'give_back',
  kind: 'return',
  async run({ number, lines }: GiveBackInput, steps): Promise<void> {
    steps.pivot()
    for (const [index, { orderLineId, keep }] of lines.entries())
      await steps.call(`release_${index}`, 'oms', 'release_entitlement', {
        order_line_id: orderLineId,
        source: 'rma',
        source_id: number,
        ...(keep > 0 ? { keep_qty: keep } : {}),
      })
  },
})
