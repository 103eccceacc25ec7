import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { disputeSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { requestAnswer } from '../dispute.ts'
import { AnsweredDispute, answerOutcome } from '../dispute-answer-outcome.ts'
import { DisputeId } from '../identifiers.ts'
import { DISPUTES_URI } from '../uris.ts'
import { beginAnswer } from '../workflows/answer-dispute.ts'

export const submitDisputeEvidence = defineTool({
  name: 'submit_dispute_evidence',
  title: 'Submit dispute evidence',
  description:
    'Answer a dispute with evidence, once and for all: tracking number, proof of delivery, invoice, correspondence. Before respond_by.',
  scope: 'payments:dispute',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: (_, { db }) => tierOf(db, { tool: 'submit_dispute_evidence' }),
  subject: ({ dispute_id }, { db }) => disputeSubject(db, dispute_id),
  input: z.object({
    dispute_id: DisputeId,
    evidence: z
      .record(z.string().regex(/^[a-z_]{1,64}$/), z.string().min(1).max(5_000))
      .refine((evidence) => Object.keys(evidence).length > 0, 'must not be empty')
      .describe('Named texts, such as tracking_number, proof_of_delivery, invoice, customer_communication'),
  }),
  output: AnsweredDispute,
  text: ({ dispute_id, status, answer_status }) => `Evidence for ${dispute_id}: ${answer_status}; it is ${status}`,
  start: async ({ dispute_id, evidence }, { db, caller, changed }) => {
    const answer = await requestAnswer(db, dispute_id, { kind: 'evidence', evidence, actor: caller.subject })
    await beginAnswer(db, answer)
    changed(DISPUTES_URI)
    return { workflowId: answer.id, handle: dispute_id }
  },
  outcome: (workflowId, { db }) => answerOutcome(db, workflowId),
})
