import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { completeDispute } from '../dispute-list.ts'
import { DisputeId } from '../identifiers.ts'
import { DISPUTES_URI } from '../uris.ts'

export const disputeResponse = definePrompt({
  name: 'dispute_response',
  title: 'Dispute response',
  description: 'Draft the answer to a dispute and collect its evidence.',
  scope: 'payments:read',
  arguments: z.object({ dispute: DisputeId }),
  complete: { dispute: (typed, { db }) => completeDispute(db, typed) },
  messages: ({ dispute }) => [
    {
      role: 'user',
      text: `Work on dispute ${dispute}. Say what the customer's bank claims, how much is at stake and until when we can answer. List the evidence that this reason calls for, and collect what our systems hold: the order, what was shipped and when, tracking and proof of delivery, earlier refunds. Say plainly what is missing. Then draft the evidence for submit_dispute_evidence, or recommend accept_dispute when the case is weak or costs more than it brings. Send nothing before I agree.`,
    },
    { role: 'user', resource: DISPUTES_URI },
  ],
})
