import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { demandNote } from '../demand.ts'
import { Region } from '../identifiers.ts'
import { PLAN_DAYS } from '../reorder-plan.ts'
import { ReorderPlan, reorderPlan } from '../reorder-plan-shape.ts'
import { planReorders } from '../reorder-planning.ts'

export const suggestReorders = defineTool({
  name: 'suggest_reorders',
  title: 'Suggest reorders',
  description: `Work out what to order for the shelves below their reorder point: quantities that reach the service level, rounded to what suppliers deliver, with costs. Orders nothing. Place a line with create_reorder and the plan_id, good for ${PLAN_DAYS} days; each line can be ordered once.`,
  scope: 'wms:read',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    region: Region.default('all'),
    service_level: z.number().min(0.5).max(0.999).default(0.95).describe('Probability of not running out'),
    budget_minor: z.int().positive().optional().describe('Most that the plan may cost, in cents of USD'),
  }),
  output: ReorderPlan,
  text: ({ plan_id, lines, total_minor, currency, ...age }) =>
    `Plan ${plan_id}: ${lines.length} lines, ${formatMoney(total_minor, currency)}${demandNote(age)}`,
  handle: async ({ region, service_level, budget_minor }, { db, caller }) =>
    reorderPlan(
      await planReorders(db, {
        region,
        serviceLevel: service_level,
        budgetMinor: budget_minor,
        actor: caller.subject,
      }),
    ),
})
