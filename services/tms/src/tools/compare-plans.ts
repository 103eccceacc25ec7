import type { Kysely } from 'kysely'
import { z } from 'zod'
import { plannedBeside } from '../baseline.ts'
import type { Tables } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { PlanId } from '../identifiers.ts'
import { type Plan, readPlan, routesOf, stopsOf } from '../plan.ts'
import { Figures, planView } from '../plan-view.ts'

export const comparePlans = defineTool({
  name: 'compare_plans',
  title: 'Compare plans',
  description:
    'Plans side by side: routes, kilometres, cost, lateness and what has no route, and which shipments change driver between the first and each other plan. One plan alone is compared with those that its day goes by.',
  scope: 'tms:read',
  effect: 'read',
  input: z.object({ plan_ids: z.array(PlanId).min(1).max(5) }),
  output: z.object({
    currency: z.string(),
    plans: z.array(Figures.extend({ plan_id: z.string(), day: z.string(), status: z.string() })),
    moves: z.array(
      z.object({
        plan_id: z.string(),
        shipment_id: z.string(),
        from_driver: z.string().nullable(),
        to_driver: z.string().nullable(),
      }),
    ),
  }),
  text: ({ plans, moves }) =>
    `${plans.map(({ plan_id, distance_m }) => `${plan_id}: ${Math.round(distance_m / 1_000)} km`).join('; ')}; ${moves.length} shipments change driver`,
  handle: async ({ plan_ids }, { db }) => {
    const plans = await plansOf(db, plan_ids)
    const [first, ...others] = await Promise.all(plans.map((plan) => driversOf(db, plan)))
    const moves = others.flatMap(({ id, drivers }) =>
      [...new Set([...(first?.drivers.keys() ?? []), ...drivers.keys()])].flatMap((shipment_id) => {
        const from_driver = first?.drivers.get(shipment_id) ?? null
        const to_driver = drivers.get(shipment_id) ?? null
        return from_driver === to_driver ? [] : [{ plan_id: id, shipment_id, from_driver, to_driver }]
      }),
    )
    const none = { routes: 0, stops: 0, unassigned: 0, distance_m: 0, drive_s: 0, cost_minor: 0, lateness_s: 0 }
    const views = await Promise.all(plans.map((plan) => planView(db, plan)))
    return {
      currency: plans[0]?.currency ?? 'USD',
      plans: views.map(({ plan_id, day, status, figures }) => ({ plan_id, day, status, ...(figures ?? none) })),
      moves,
    }
  },
})

/** The named plans; beside one alone those that its day goes by. */
async function plansOf(db: Kysely<Tables>, ids: readonly string[]): Promise<Plan[]> {
  const plans = await Promise.all([...new Set(ids)].map((id) => readPlan(db, id)))
  const [only, another] = plans
  if (!only || another) return plans
  const { plan_ids = [] } = (await plannedBeside(db, only)) ?? {}
  return [...(await Promise.all(plan_ids.map((id) => readPlan(db, id)))), only]
}

/** Who brings each shipment of a plan. */
async function driversOf(db: Kysely<Tables>, { id }: Plan) {
  const routes = await routesOf(db, [id])
  const stops = await stopsOf(
    db,
    routes.map((route) => route.id),
  )
  const driverOf = new Map(routes.map((route) => [route.id, route.driver_id]))
  return {
    id,
    drivers: new Map(stops.map(({ shipment_id, route_id }) => [shipment_id, driverOf.get(route_id) ?? null])),
  }
}
