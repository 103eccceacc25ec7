import { z } from 'zod'
import { defineTool } from '../define.ts'
import { PaymentId } from '../identifiers.ts'
import { readRisk } from '../risk-review.ts'
import { Risk, riskView } from '../risk-view.ts'

export const getRiskAssessment = defineTool({
  name: 'get_risk_assessment',
  title: 'Get risk assessment',
  description: 'How risky a payment was found, by which rules, and what a person decided.',
  scope: 'payments:risk',
  effect: 'read',
  input: z.object({ payment_id: PaymentId }),
  output: Risk,
  text: ({ payment_id, level, score }) => `Risk of ${payment_id} is ${level} (${score} of 100)`,
  handle: async ({ payment_id }, { db }) => {
    const { intent, assessment } = await readRisk(db, payment_id)
    return riskView(intent, assessment)
  },
})
