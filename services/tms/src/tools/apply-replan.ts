import { z } from 'zod'
import { policyFor } from '../approval-policy.ts'
import { planSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { worthOf } from '../dispatch.ts'
import { PlanId, Version } from '../identifiers.ts'
import { readPlan, routesOf } from '../plan.ts'
import { applyReplan as apply } from '../replan-application.ts'
import { RouteSummary, routeSummaries } from '../route-view.ts'
import { planUri, routeUri } from '../uris.ts'

export const applyReplan = defineTool({
  name: 'apply_replan',
  title: 'Apply replan',
  description:
    'Put a proposal of replan_route into effect and tell the drivers. Refused when the routes have changed since it was made; then ask for a fresh one.',
  scope: 'tms:dispatch',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: async ({ plan_id }, { db, caller }) => {
    await readPlan(db, plan_id)
    const routes = (await routesOf(db, [plan_id])).map(({ id }) => id)
    const worth = await worthOf(db, routes)
    return policyFor(db, { tool: 'apply_replan', account: caller.subject, ...worth, what: 'goods’ value' })
  },
  subject: ({ plan_id }, { db }) => planSubject(db, plan_id),
  input: z.object({ plan_id: PlanId, expected_version: Version }),
  output: z.object({ plan_id: z.string(), status: z.string(), routes: z.array(RouteSummary) }),
  text: ({ plan_id, routes }) => `${plan_id} is in effect on ${routes.map(({ route_id }) => route_id).join(', ')}`,
  handle: async ({ plan_id, expected_version }, { db, caller, changed }) => {
    const wanted = { id: plan_id, expectedVersion: expected_version, actor: caller.subject }
    const { plan, routes } = await apply(db, wanted)
    changed(planUri(plan_id), ...routes.flatMap(({ id, plan_id: base }) => [routeUri(id), planUri(base)]))
    return { plan_id, status: plan.status, routes: await routeSummaries(db, routes) }
  },
})
