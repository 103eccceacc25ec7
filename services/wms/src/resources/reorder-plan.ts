import { defineResource } from '../define.ts'
import { readPlan } from '../reorder-plan.ts'
import { reorderPlan as describePlan } from '../reorder-plan-shape.ts'

export const reorderPlan = defineResource({
  name: 'reorder_plan',
  title: 'Reorder plan',
  description: 'A plan that suggest_reorders made, with its lines.',
  uri: 'inventory://reorder-plan/{id}',
  scope: 'wms:read',
  read: async ({ id = '' }, { db }) => describePlan(await readPlan(db, id)),
})
