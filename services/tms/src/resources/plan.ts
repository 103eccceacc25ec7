import { defineResource } from '../define.ts'
import { readPlan } from '../plan.ts'
import { planView } from '../plan-view.ts'

export const plan = defineResource({
  name: 'plan',
  title: 'Route plan',
  description: 'A plan with its routes, figures and what has no route.',
  uri: 'logistics://plan/{id}',
  scope: 'tms:read',
  subscribable: true,
  read: async ({ id = '' }, { db }) => planView(db, await readPlan(db, id)),
})
