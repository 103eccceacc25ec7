import { z } from 'zod'
import { approvePlan } from '../approval.ts'
import { policyFor } from '../approval-policy.ts'
import { planSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { PlanId, Version } from '../identifiers.ts'
import { readPlan, routesOf } from '../plan.ts'
import { PlanView, planLine, planView } from '../plan-view.ts'
import { DRIVERS_URI, planUri, routeUri } from '../uris.ts'

export const approveRoutePlan = defineTool({
  name: 'approve_route_plan',
  title: 'Approve route plan',
  description:
    'Make a proposal the plan of its day: drivers, vehicles and shipments are taken, and other proposals of that day are superseded. Drivers hear of it by dispatch_route.',
  scope: 'tms:dispatch',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  approval: async ({ plan_id }, { db, caller }) => {
    const { cost_minor, currency } = await readPlan(db, plan_id)
    const call = { tool: 'approve_route_plan', account: caller.subject, currency, what: 'cost' }
    return policyFor(db, { ...call, minor: cost_minor ?? 0 })
  },
  subject: ({ plan_id }, { db }) => planSubject(db, plan_id),
  input: z.object({ plan_id: PlanId, expected_version: Version }),
  output: PlanView,
  text: planLine,
  handle: async ({ plan_id, expected_version }, { db, caller, changed }) => {
    const plan = await approvePlan(db, { id: plan_id, expectedVersion: expected_version, actor: caller.subject })
    const routes = await routesOf(db, [plan_id])
    changed(planUri(plan_id), DRIVERS_URI, ...routes.map(({ id }) => routeUri(id)))
    return planView(db, plan)
  },
})
