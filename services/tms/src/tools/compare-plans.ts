import { z } from 'zod'
import { defineTool } from '../define.ts'
import { PlanId } from '../identifiers.ts'
import { type Plan, readPlan, routesOf, stopsOf } from '../plan.ts'
import { planView } from '../plan-view.ts'

const Figures = z.object({
  plan_id: z.string(),
  status: z.string(),
  routes: z.int(),
  stops: z.int(),
  unassigned: z.int(),
  distance_m: z.int(),
  drive_s: z.int(),
  cost_minor: z.int(),
  lateness_s: z.int(),
})

export const comparePlans = defineTool({
  name: 'compare_plans',
  title: 'Compare plans',
  description:
    'Plans side by side: routes, kilometres, cost, lateness and what has no route, and which shipments change driver between the first and each other plan.',
  scope: 'tms:read',
  effect: 'read',
  input: z.object({ plan_ids: z.array(PlanId).min(2).max(5) }),
  output: z.object({
    currency: z.string(),
    plans: z.array(Figures),
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
    const plans = await Promise.all(plan_ids.map((id) => readPlan(db, id)))
    const views = await Promise.all(plans.map((plan) => planView(db, plan)))
    const [first, ...others] = await Promise.all(plans.map((plan) => driversOf(db, plan)))
    const moves = others.flatMap(({ id, drivers }) =>
      [...new Set([...(first?.drivers.keys() ?? []), ...drivers.keys()])].flatMap((shipment_id) => {
        const from_driver = first?.drivers.get(shipment_id) ?? null
        const to_driver = drivers.get(shipment_id) ?? null
        return from_driver === to_driver ? [] : [{ plan_id: id, shipment_id, from_driver, to_driver }]
      }),
    )
    const none = { routes: 0, stops: 0, unassigned: 0, distance_m: 0, drive_s: 0, cost_minor: 0, lateness_s: 0 }
    return {
      currency: plans[0]?.currency ?? 'USD',
      plans: views.map(({ plan_id, status, figures }) => ({ plan_id, status, ...(figures ?? none) })),
      moves,
    }
  },
})

/** Who brings each shipment of a plan. */
async function driversOf(db: Parameters<typeof routesOf>[0], { id }: Plan) {
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
