import { BusinessError } from '@backroom/mcp-service'
import { begin, outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { RouteId, ShipmentId } from '../identifiers.ts'
import { readPlan } from '../plan.ts'
import { tellProgress } from '../plan-progress.ts'
import { PlanView, planLine, planView } from '../plan-view.ts'
import { draftReplan, type RouteEvent } from '../replanning.ts'
import { chooseSolver } from '../solver.ts'
import { PLAN_VIEW_URI, planUri } from '../uris.ts'
import { optimiseRoutes } from '../workflows/optimise-routes.ts'

const Event = z
  .object({
    type: z.enum(['breakdown', 'new_stop', 'cancel_stop', 'delay']),
    shipment_id: ShipmentId.optional().describe('Needed for new_stop and cancel_stop'),
    minutes: z.int().min(1).max(720).optional().describe('Needed for delay'),
  })
  .describe('What has happened. After a breakdown the other routes of the plan take over')

export const replanRoute = defineTool({
  name: 'replan_route',
  title: 'Replan route',
  description:
    'Work out how a route that is under way goes on after an event. Stops that are made, or that the driver is on the way to, stay. A proposal: apply_replan puts it into effect.',
  scope: 'tms:plan',
  effect: 'write',
  idempotent: true,
  repeat: 'suspicious',
  input: z.object({
    route_id: RouteId,
    event: Event,
    time_budget_s: z.int().min(1).max(60).default(5),
    seed: z.int().min(0).max(2_147_483_647).default(1),
  }),
  output: PlanView,
  view: PLAN_VIEW_URI,
  text: planLine,
  start: async ({ route_id, event, time_budget_s, seed }, { db, caller }) => {
    const plan = await draftReplan(db, {
      routeId: route_id,
      event: eventOf(event),
      timeBudgetS: time_budget_s,
      seed,
      solver: chooseSolver().name,
      actor: caller.subject,
    })
    const input = { planId: plan.id }
    await begin(db, optimiseRoutes, { id: plan.id, subject: planUri(plan.id), input, startedBy: caller.subject })
    return { workflowId: plan.id, handle: plan.id }
  },
  outcome: async (planId, { db, progress }) => {
    const stop = tellProgress(db, planId, progress)
    await outcomeOf(optimiseRoutes, planId).finally(stop)
    return planView(db, await readPlan(db, planId))
  },
})

/** @throws {BusinessError} invalid_argument for an event without what it needs */
function eventOf({ type, shipment_id, minutes }: z.output<typeof Event>): RouteEvent {
  if (type === 'breakdown') return { type }
  if (type === 'delay' && minutes !== undefined) return { type, minutes }
  if (type !== 'delay' && shipment_id !== undefined) return { type, shipment_id }
  const needed = type === 'delay' ? 'minutes' : 'shipment_id'
  throw new BusinessError('invalid_argument', `The event ${type} needs ${needed}.`)
}
