import { z } from 'zod'
import { type Intent, riskDecisions, riskLevels } from './database-tables.ts'
import type { RiskAssessment } from './risk-review.ts'

export const Risk = z.object({
  payment_id: z.string(),
  score: z.int().describe('0 to 100'),
  level: z.enum(riskLevels).describe('high: held until a person has reviewed it'),
  rules: z.array(z.object({ rule: z.string(), points: z.int(), detail: z.string() })).describe('What made the score'),
  assessed_at: z.string(),
  decision: z.enum(riskDecisions).optional(),
  decided_by: z.string().optional(),
  decided_reason_untrusted: z.string().optional(),
})

export function riskView({ id }: Intent, row: RiskAssessment): z.input<typeof Risk> {
  return {
    payment_id: id,
    score: row.score,
    level: row.level,
    rules: row.rules,
    assessed_at: row.assessed_at.toISOString(),
    ...(row.decision === null ? {} : { decision: row.decision }),
    ...(row.decided_by === null ? {} : { decided_by: row.decided_by }),
    ...(row.decided_reason === null ? {} : { decided_reason_untrusted: row.decided_reason }),
  }
}
