import { z } from 'zod'
import { defineTool } from '../define.ts'
import { PlanId } from '../identifiers.ts'
import { lockPlan, requirePlanTransition, setPlanStatus } from '../plan.ts'
import { PlanView, planLine, planView } from '../plan-view.ts'
import { planUri } from '../uris.ts'

export const cancelOptimization = defineTool({
  name: 'cancel_optimization',
  title: 'Cancel optimisation',
  description: 'Stop the search for a plan. A proposal that is there already is rejected instead.',
  scope: 'tms:plan',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({ plan_id: PlanId }),
  output: PlanView,
  text: planLine,
  handle: async ({ plan_id }, { db, caller, changed }) => {
    const plan = await lockPlan(db, plan_id)
    if (plan.status === 'cancelled' || plan.status === 'rejected') return planView(db, plan)
    const to = plan.status === 'proposed' ? 'rejected' : 'cancelled'
    requirePlanTransition(plan, to)
    const ended = await setPlanStatus(db, plan, to, { message: `Stopped by ${caller.subject}` })
    changed(planUri(plan_id))
    return planView(db, ended)
  },
})
