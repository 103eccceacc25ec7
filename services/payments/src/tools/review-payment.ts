import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { reviewSubject } from '../approval-subject.ts'
import { riskDecisions } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { PaymentId, Reason } from '../identifiers.ts'
import { readRisk, reviewPayment as review } from '../risk-review.ts'
import { Risk, riskView } from '../risk-view.ts'
import { HOLDS_URI, paymentUri } from '../uris.ts'
import { carryOut } from '../workflows/carry-out.ts'

export const reviewPayment = defineTool({
  name: 'review_payment',
  title: 'Review payment',
  description:
    'Record the verdict on a risky payment. decline rejects its fraud review and gives the reserved money back. approve says that it may go on; the hold itself is released by release_hold. escalate leaves it to somebody else.',
  scope: 'payments:risk',
  effect: 'write',
  idempotent: true,
  approval: ({ decision }, { db }) => tierOf(db, { tool: 'review_payment', kind: decision }),
  subject: ({ payment_id }, { db }) => reviewSubject(db, payment_id),
  input: z.object({ payment_id: PaymentId, decision: z.enum(riskDecisions), reason: Reason }),
  output: Risk,
  text: ({ payment_id }, { decision }) => `Review of ${payment_id}: ${decision}`,
  handle: async ({ payment_id, decision, reason }, { db, caller, changed }) => {
    const { intent, operation } = await review(db, payment_id, { decision, reason, actor: caller.subject })
    if (operation) await carryOut(db, operation, caller.subject)
    changed(HOLDS_URI, paymentUri(intent.id))
    return riskView(intent, (await readRisk(db, intent.id)).assessment)
  },
})
