import { outcomeOf } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Tables } from './database-tables.ts'
import { readDispute } from './dispute.ts'
import { Dispute, disputeView } from './payment-view.ts'
import { answerDispute } from './workflows/answer-dispute.ts'

/** A dispute after an answer to it. */
export const AnsweredDispute = Dispute.extend({
  answer_status: z.enum(['succeeded', 'failed', 'unknown']),
  failure: z.string().optional(),
})

/** Waits until the provider has been told, and reads what became of the answer. */
export async function answerOutcome(db: Kysely<Tables>, answerId: string): Promise<z.input<typeof AnsweredDispute>> {
  await outcomeOf(answerDispute, answerId)
  const { dispute_id, status, failure } = await db
    .selectFrom('dispute_answer')
    .select(['dispute_id', 'status', 'failure'])
    .where('id', '=', answerId)
    .executeTakeFirstOrThrow()
  return {
    ...disputeView(await readDispute(db, dispute_id)),
    answer_status: status === 'requested' ? 'unknown' : status,
    ...(failure === null ? {} : { failure }),
  }
}
