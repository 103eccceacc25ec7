import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { disputeSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { readDispute, requestAnswer } from '../dispute.ts'
import { AnsweredDispute, answerOutcome } from '../dispute-answer-outcome.ts'
import { DisputeId } from '../identifiers.ts'
import { DISPUTES_URI } from '../uris.ts'
import { beginAnswer } from '../workflows/answer-dispute.ts'

export const acceptDispute = defineTool({
  name: 'accept_dispute',
  title: 'Accept dispute',
  description: 'Give a dispute up: the customer keeps the money, for good.',
  scope: 'payments:dispute',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: async ({ dispute_id }, { db }) => {
    const { amount_minor: minor, currency } = await readDispute(db, dispute_id)
    return tierOf(db, { tool: 'accept_dispute', amount: { minor, currency } })
  },
  subject: ({ dispute_id }, { db }) => disputeSubject(db, dispute_id),
  input: z.object({ dispute_id: DisputeId }),
  output: AnsweredDispute,
  text: ({ dispute_id, status }) => `${dispute_id} is ${status}`,
  start: async ({ dispute_id }, { db, caller, changed }) => {
    const answer = await requestAnswer(db, dispute_id, { kind: 'acceptance', evidence: {}, actor: caller.subject })
    await beginAnswer(db, answer)
    changed(DISPUTES_URI)
    return { workflowId: answer.id, handle: dispute_id }
  },
  outcome: (workflowId, { db }) => answerOutcome(db, workflowId),
})
