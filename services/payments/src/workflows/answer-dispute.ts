import { begin, defineWorkflow } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { announce } from '../changes.ts'
import type { Tables } from '../database-tables.ts'
import { type DisputeAnswer, prepareAnswer, settleAnswer } from '../dispute.ts'
import { providerInUse } from '../provider-in-use.ts'
import { DISPUTES_URI } from '../uris.ts'
import { untilKnown } from './until-known.ts'

/** Brings our answer to a dispute to the provider. */
export const answerDispute = defineWorkflow<Tables>()({
  name: 'answer_dispute',
  kind: 'answer_dispute',
  async run({ answerId }: { answerId: string }, steps): Promise<void> {
    steps.pivot()
    const { provider, request, kind } = await steps.transaction('prepare', (db) => prepareAnswer(db, answerId))
    const outcome = await untilKnown(steps, 'send', () =>
      kind === 'evidence'
        ? providerInUse(provider).submitDisputeEvidence(request)
        : providerInUse(provider).acceptDispute(request),
    )
    await steps.transaction('settle', (db) => settleAnswer(db, answerId, outcome))
    announce(DISPUTES_URI)
  },
})

/** Begins to answer, in the transaction that recorded the answer. */
export function beginAnswer(db: Kysely<Tables>, { id, dispute_id, requested_by }: DisputeAnswer): Promise<void> {
  return begin(db, answerDispute, { id, subject: dispute_id, input: { answerId: id }, startedBy: requested_by })
}
