import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import {
  lockPlan,
  lockRoute,
  type Route,
  requireRouteStatus,
  requireVersion,
  setPlanStatus,
  stopsOf,
  updateRoute,
} from './plan.ts'

/**
 * Gives a planned route to its driver; from here on it changes by replanning alone. A route that was dispatched answers as
 * it is.
 *
 * @throws {BusinessError} not_found; version_conflict; invalid_transition; conflict without a driver or without stops
 */
export async function dispatchRoute(
  db: Kysely<Tables>,
  { id, expectedVersion }: { id: string; expectedVersion?: number | undefined },
): Promise<Route> {
  const route = await lockRoute(db, id)
  if (route.status === 'dispatched' || route.status === 'in_progress') return route
  requireVersion(route, expectedVersion)
  requireRouteStatus(route, ['planned'], 'be dispatched; approve_route_plan comes first')
  if (route.driver_id === null)
    throw new BusinessError('conflict', `${id} has no driver.`, { nextActions: [{ tool: 'assign_driver' }] })
  const stops = await stopsOf(db, [id])
  if (stops.length === 0) throw new BusinessError('conflict', `${id} has no stops any more; there is nothing to drive.`)
  await db
    .updateTable('shipment')
    .set((of) => ({ status: 'ready', version: of('version', '+', 1) }))
    .where('id', '=', sql<string>`any(${stops.map(({ shipment_id }) => shipment_id)})`)
    .where('status', '=', 'planned')
    .execute()
  const dispatched = await updateRoute(db, route, { status: 'dispatched', dispatched_at: new Date() })
  const plan = await lockPlan(db, route.plan_id)
  if (plan.status === 'approved') await setPlanStatus(db, plan, 'dispatched')
  return dispatched
}

/** What the goods on routes are worth, per currency; what nobody declared counts nothing. */
export async function worthOf(
  db: Kysely<Tables>,
  routeIds: readonly string[],
): Promise<{ minor: number; currency: string }> {
  const { rows } = await sql<{ minor: number; currency: string }>`
    select coalesce(sum(s.declared_value_minor), 0)::bigint as minor, s.currency
    from stop t join shipment s on s.id = t.shipment_id
    where t.route_id = any(${routeIds}) and t.status <> 'cancelled'
    group by s.currency order by minor desc limit 1`.execute(db)
  return rows[0] ?? { minor: 0, currency: 'USD' }
}
