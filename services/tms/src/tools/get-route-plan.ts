import { z } from 'zod'
import { defineTool } from '../define.ts'
import { PlanId, ShipmentId } from '../identifiers.ts'
import { readPlan } from '../plan.ts'
import { PlanView, planLine, planView } from '../plan-view.ts'
import { PLAN_VIEW_URI } from '../uris.ts'

export const getRoutePlan = defineTool({
  name: 'get_route_plan',
  title: 'Get route plan',
  description:
    'A plan: how far its search is, its routes, kilometres, cost and lateness compared with the day as it was, and what has no route and why. map_uri draws it.',
  scope: 'tms:read',
  effect: 'read',
  input: z.object({ plan_id: PlanId, shipment_id: ShipmentId.optional().describe('Where this one is in the plan') }),
  output: PlanView,
  view: PLAN_VIEW_URI,
  text: planLine,
  handle: async ({ plan_id, shipment_id }, { db }) => planView(db, await readPlan(db, plan_id), shipment_id),
})
