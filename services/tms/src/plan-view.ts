import { BusinessError } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { plannedBeside } from './baseline.ts'
import { objectives, planStatuses, type Tables } from './database-tables.ts'
import { isApproved, type Plan, routesOf } from './plan.ts'
import { RouteSummary, routeSummaries } from './route-view.ts'
import { planMapUri } from './uris.ts'

/** What a plan amounts to. */
export const Figures = z.object({
  routes: z.int(),
  stops: z.int(),
  unassigned: z.int(),
  distance_m: z.int(),
  drive_s: z.int(),
  cost_minor: z.int(),
  lateness_s: z.int().describe('Seconds after the promise, all stops together'),
})

/** A plan as callers see it, in every status. */
export const PlanView = z.object({
  plan_id: z.string(),
  depot: z.string(),
  day: z.string(),
  kind: z.enum(['day', 'replan']),
  status: z.enum(planStatuses),
  objective: z.enum(objectives),
  solver: z.string(),
  seed: z.int(),
  time_budget_s: z.int(),
  currency: z.string(),
  progress: z
    .object({ elapsed_ms: z.int(), iterations: z.int(), unassigned: z.int(), vehicles: z.int() })
    .optional()
    .describe('How far the search is, or was'),
  figures: Figures.optional(),
  baseline: Figures.extend({
    kind: z.enum(['current_plan', 'first_come']),
    plan_id: z.string().optional(),
  })
    .optional()
    .describe(
      'The same shipments without this plan. first_come: each at the end of the first route with room. current_plan: the routes go on as they are',
    ),
  savings: z
    .object({ distance_m: z.int(), cost_minor: z.int(), lateness_s: z.int() })
    .optional()
    .describe('Baseline less figures'),
  day_already: Figures.extend({ plan_ids: z.array(z.string()) })
    .optional()
    .describe('What other plans have for that day already; a proposal comes on top of it'),
  routes: z.array(RouteSummary),
  unassigned: z.array(
    z.object({
      shipment_id: z.string(),
      code: z.string().describe('The binding constraint'),
      explanation: z.string(),
    }),
  ),
  shipment: z
    .object({ shipment_id: z.string(), route_id: z.string().nullable(), eta: z.string().optional() })
    .optional(),
  base_plan_id: z.string().optional(),
  message: z.string().optional(),
  map_uri: z.string().optional().describe('The plan drawn as a map: image/svg+xml'),
  version: z.int(),
})

/** Reads a plan with its routes, and where a shipment is in it. */
export async function planView(db: Kysely<Tables>, plan: Plan, shipmentId?: string): Promise<z.input<typeof PlanView>> {
  const routes = await routeSummaries(db, await routesOf(db, [plan.id]))
  const { baseline, progress } = plan
  const figures = figuresOf(plan, routes)
  const already = plan.kind === 'day' && !isApproved(plan) ? await plannedBeside(db, plan) : undefined
  return {
    plan_id: plan.id,
    depot: plan.depot_id,
    day: plan.day,
    kind: plan.kind,
    status: plan.status,
    objective: plan.objective,
    solver: plan.solver,
    seed: plan.seed,
    time_budget_s: plan.time_budget_s,
    currency: plan.currency,
    ...(progress ? { progress } : {}),
    ...(figures ? { figures } : {}),
    ...(baseline ? { baseline } : {}),
    ...(figures && baseline
      ? {
          savings: {
            distance_m: baseline.distance_m - figures.distance_m,
            cost_minor: baseline.cost_minor - figures.cost_minor,
            lateness_s: baseline.lateness_s - figures.lateness_s,
          },
        }
      : {}),
    ...(already ? { day_already: already } : {}),
    routes,
    unassigned: plan.unassigned,
    ...(shipmentId === undefined ? {} : { shipment: await placeOf(db, plan, shipmentId) }),
    ...(plan.base_plan_id === null ? {} : { base_plan_id: plan.base_plan_id }),
    ...(plan.message === null ? {} : { message: plan.message }),
    ...(figures ? { map_uri: planMapUri(plan.id) } : {}),
    version: plan.version,
  }
}

/** One line for a reader of text. */
export function planLine(plan: z.output<typeof PlanView>): string {
  const { plan_id, status, figures, baseline, unassigned, message, currency } = plan
  if (!figures) return `${plan_id} is ${status}${message ? `: ${message}` : ''}`
  const { stops, routes } = figures
  const left = unassigned.length > 0 ? `, ${unassigned.length} without a route` : ''
  const instead = baseline ? `, instead of ${wayAndCost(baseline, currency)}` : ''
  return `${plan_id} is ${status}: ${stops} stops on ${routes} routes, ${wayAndCost(figures, currency)}${instead}${left}`
}

function wayAndCost({ distance_m, cost_minor }: z.output<typeof Figures>, currency: string): string {
  return `${Math.round(distance_m / 1_000)} km for ${formatMoney(cost_minor, currency)}`
}

function figuresOf(plan: Plan, routes: readonly z.input<typeof RouteSummary>[]) {
  const { distance_m, drive_s, cost_minor, lateness_s, unassigned } = plan
  if (distance_m === null || drive_s === null || cost_minor === null || lateness_s === null) return undefined
  const stops = routes.reduce((sum, route) => sum + route.stops, 0)
  return { routes: routes.length, stops, unassigned: unassigned.length, distance_m, drive_s, cost_minor, lateness_s }
}

/** @throws {BusinessError} not_found for a shipment that the plan is not about */
async function placeOf(db: Kysely<Tables>, { id, unassigned }: Plan, shipmentId: string) {
  const stop = await db
    .selectFrom('stop')
    .innerJoin('route', 'route.id', 'stop.route_id')
    .select(['stop.route_id', 'stop.eta'])
    .where('route.plan_id', '=', id)
    .where('stop.shipment_id', '=', shipmentId)
    .where('stop.status', '<>', 'cancelled')
    .executeTakeFirst()
  if (stop) return { shipment_id: shipmentId, route_id: stop.route_id, eta: stop.eta.toISOString() }
  if (unassigned.some(({ shipment_id }) => shipment_id === shipmentId))
    return { shipment_id: shipmentId, route_id: null }
  throw new BusinessError('not_found', `${id} is not about ${shipmentId}.`, {
    nextActions: [{ tool: 'track_shipment', arguments: { shipment_id: shipmentId } }],
  })
}
