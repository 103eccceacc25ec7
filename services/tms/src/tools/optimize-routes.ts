import { begin, outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { objectives } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { Day, DepotId, DriverId, ShipmentId, VehicleId } from '../identifiers.ts'
import { readPlan } from '../plan.ts'
import { tellProgress } from '../plan-progress.ts'
import { PlanView, planLine, planView } from '../plan-view.ts'
import { draftPlan } from '../planning.ts'
import { chooseSolver } from '../solver.ts'
import { PLAN_VIEW_URI, planUri } from '../uris.ts'
import { optimiseRoutes } from '../workflows/optimise-routes.ts'

export const optimizeRoutes = defineTool({
  name: 'optimize_routes',
  title: 'Optimise routes',
  description:
    'Plan the routes of a depot for a day: who drives what, in which order, within windows, capacity, skills and hours of work. A proposal, compared with the day as it is; nothing happens before approve_route_plan. A long search answers in_progress with the plan_id for get_route_plan; cancel_optimization stops it.',
  scope: 'tms:plan',
  effect: 'write',
  idempotent: true,
  repeat: 'suspicious',
  input: z.object({
    depot: DepotId,
    date: Day.optional().describe('Default: today'),
    shipments: z.array(ShipmentId).min(1).max(1_000).optional().describe('Default: all that wait for a route'),
    constraints: z
      .object({
        max_stops_per_route: z.int().min(1).max(500).optional(),
        max_route_hours: z.number().min(1).max(24).optional(),
        vehicles: z.array(VehicleId).min(1).max(100).optional().describe('Only these'),
      })
      .optional(),
    time_budget_s: z
      .int()
      .min(1)
      .max(300)
      .default(10)
      .describe('At most so long; a small plan is found sooner, and then the same for the same seed'),
    objective: z.enum(objectives).default('cost').describe('cost, distance, or as few vehicles as possible'),
    lock: z
      .array(z.object({ shipment_id: ShipmentId, driver_id: DriverId }))
      .max(500)
      .optional()
      .describe('Shipments that must go with a driver'),
    seed: z.int().min(0).max(2_147_483_647).default(1).describe('The same seed searches in the same way'),
  }),
  output: PlanView,
  view: PLAN_VIEW_URI,
  text: planLine,
  start: async ({ depot, date, objective, time_budget_s, seed, shipments, constraints, lock }, { db, caller }) => {
    const plan = await draftPlan(db, {
      depot,
      day: date,
      objective,
      timeBudgetS: time_budget_s,
      seed,
      request: {
        ...(shipments ? { shipments } : {}),
        ...(constraints ? { constraints } : {}),
        ...(lock ? { lock } : {}),
      },
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
