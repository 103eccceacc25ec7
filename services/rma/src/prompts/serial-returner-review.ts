import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { completeFrom } from '../rma-search.ts'
import { requireStaff } from '../viewer.ts'

export const serialReturnerReview = definePrompt({
  name: 'serial_returner_review',
  title: 'Serial returner review',
  description: 'Look fairly at a customer whose returns stand out.',
  scope: 'rma:read',
  arguments: z.object({
    customer: z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .describe('Customer id, for example cust-001'),
  }),
  complete: {
    customer: (typed, { db, caller }) => {
      requireStaff(caller)
      return completeFrom(db, 'customer_id', typed)
    },
  },
  messages: ({ customer }) => [
    {
      role: 'user',
      text: `Review the returns of customer ${customer}. Read them all (list_returns with customer and verbosity full) and set them against what was bought. Give the share of units that came back, by reason and by outcome of the inspection, and every signal with its facts. Then name what speaks for abuse and, as carefully, what explains it otherwise: wrong sizes, defective articles, damage on the way, gifts. End with one recommendation: nothing, a friendly note, evidence for the next return, or a decision by a person on each return. Decide nothing and write to nobody; the decision is mine.`,
    },
  ],
})
