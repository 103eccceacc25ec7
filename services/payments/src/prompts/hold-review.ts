import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { completeHold } from '../hold-list.ts'
import { HoldId } from '../identifiers.ts'
import { holdUri } from '../uris.ts'

export const holdReview = definePrompt({
  name: 'hold_review',
  title: 'Hold review',
  description: 'Prepare the decision on a hold.',
  scope: 'payments:read',
  arguments: z.object({ hold_id: HoldId }),
  complete: { hold_id: (typed, { db }) => completeHold(db, typed) },
  messages: ({ hold_id }) => [
    {
      role: 'user',
      text: `Prepare the decision on hold ${hold_id}. Say what it blocks and since when, and go through its evidence: the rules that were met, the customer's earlier payments, whether name, amount and destination fit together. Give the arguments for releasing and against, and what each mistake would cost. Recommend one. Release or decline nothing yourself; a person decides.`,
    },
    { role: 'user', resource: holdUri(hold_id) },
  ],
})
