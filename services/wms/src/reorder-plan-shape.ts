import { z } from 'zod'
import { DemandAge, demandAge } from './demand.ts'
import type { ReorderPlan as Plan } from './reorder-plan.ts'

export const ReorderPlan = z.object({
  plan_id: z.string(),
  region: z.string(),
  service_level: z.number(),
  currency: z.string(),
  total_minor: z.int().describe('Cost of all lines in minor units of currency'),
  expires_at: z.string(),
  ...DemandAge,
  lines: z.array(
    z.object({
      sku: z.string(),
      warehouse: z.string(),
      supplier: z.string(),
      quantity: z.int(),
      reorder_point: z.int().describe('Worked out for the service level'),
      safety_stock: z.int(),
      unit_cost_minor: z.int(),
      cost_minor: z.int(),
      why: z.string(),
    }),
  ),
})

/** A plan as callers see it. */
export function reorderPlan(plan: Plan): z.input<typeof ReorderPlan> {
  return {
    plan_id: plan.id,
    region: plan.region,
    service_level: plan.service_level,
    currency: plan.currency,
    total_minor: plan.lines.reduce((sum, { cost_minor }) => sum + cost_minor, 0),
    expires_at: plan.expires_at.toISOString(),
    ...demandAge(plan.demand_through),
    lines: plan.lines.map((line) => ({
      sku: line.sku,
      warehouse: line.warehouse_id,
      supplier: line.supplier_id,
      quantity: line.quantity,
      reorder_point: line.reorder_point,
      safety_stock: line.safety_stock,
      unit_cost_minor: line.unit_cost_minor,
      cost_minor: line.cost_minor,
      why: line.why,
    })),
  }
}
