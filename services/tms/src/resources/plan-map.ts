import { defineResource } from '../define.ts'
import { readPlan } from '../plan.ts'
import { planMap as draw } from '../plan-map.ts'

export const planMap = defineResource({
  name: 'plan_map',
  title: 'Map of a route plan',
  description: 'The routes of a plan drawn to scale, with numbered stops; late ones have a red rim.',
  uri: 'logistics://plan/{id}/map',
  mimeType: 'image/svg+xml',
  scope: 'tms:read',
  read: async ({ id = '' }, { db }) => draw(db, await readPlan(db, id)),
})
