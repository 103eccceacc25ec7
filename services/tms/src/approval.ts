import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { lockDrivers, mayDriveOn, setDriverStatus } from './driver.ts'
import { hoursRuleOf, hoursUsed, requireHours } from './hours.ts'
import {
  isApproved,
  lockPlan,
  type Plan,
  type Route,
  requirePlanTransition,
  requireVersion,
  routesOf,
  type Stop,
  setPlanStatus,
  stopsOf,
} from './plan.ts'

const taken = ['planned', 'dispatched', 'in_progress'] as const

/**
 * Makes a proposal the plan of its day: its shipments, drivers and vehicles are taken, and other proposals of that day are
 * superseded. Of several who approve at once, one does; approved before, it answers as it is.
 *
 * @throws {BusinessError} version_conflict; invalid_transition; conflict naming what is not free any more; limit_exceeded
 *   for a driver who would work too long
 */
export async function approvePlan(
  db: Kysely<Tables>,
  { id, expectedVersion, actor }: { id: string; expectedVersion?: number | undefined; actor: string },
): Promise<Plan> {
  const plan = await lockPlan(db, id)
  if (plan.kind === 'replan')
    throw new BusinessError('invalid_argument', `${id} changes a plan that is under way; use apply_replan.`, {
      nextActions: [{ tool: 'apply_replan', arguments: { plan_id: id, expected_version: plan.version } }],
    })
  if (isApproved(plan)) return plan
  requireVersion(plan, expectedVersion)
  requirePlanTransition(plan, 'approved')
  const routes = await routesOf(db, [id])
  if (routes.length === 0) throw new BusinessError('conflict', `${id} has no routes; there is nothing to approve.`)
  await takeCrews(db, plan, routes)
  await takeShipments(
    db,
    plan,
    await stopsOf(
      db,
      routes.map((route) => route.id),
    ),
  )
  await db.updateTable('route').set({ status: 'planned' }).where('plan_id', '=', id).execute()
  await supersedeOthers(db, plan)
  return setPlanStatus(db, plan, 'approved', { approved_by: actor, approved_at: new Date() })
}

async function takeCrews(db: Kysely<Tables>, plan: Plan, routes: readonly Route[]): Promise<void> {
  const ids = routes.flatMap(({ driver_id }) => (driver_id ? [driver_id] : []))
  const drivers = await lockDrivers(db, ids)
  const busy = await db
    .selectFrom('route')
    .select(['id', 'driver_id', 'vehicle_id'])
    .where('day', '=', plan.day)
    .where('status', '=', sql<'planned'>`any(${taken})`)
    .execute()
  const clash = busy.find((one) =>
    routes.some(({ driver_id, vehicle_id }) => one.driver_id === driver_id || one.vehicle_id === vehicle_id),
  )
  if (clash) throw notFree(plan, { driver: clash.driver_id, vehicle: clash.vehicle_id, route: clash.id })
  const rule = await hoursRuleOf(db, plan.depot_id)
  const used = await hoursUsed(db, ids, plan.day)
  for (const route of routes) {
    const driver = drivers.get(route.driver_id ?? '')
    const hours = used.get(route.driver_id ?? '')
    if (!driver || !hours) throw notFree(plan, { route: route.id })
    if (!mayDriveOn(driver, plan.day)) throw notFree(plan, { driver: driver.id, licence_expiry: driver.licence_expiry })
    requireHours(driver.id, rule, hours, workOf(route))
  }
  await setDriverStatus(db, ids, 'assigned')
}

/** A route as work for its driver. */
export function workOf({ drive_s, starts_at, ends_at, breaks }: Route) {
  const breakS = breaks.reduce((sum, { seconds }) => sum + seconds, 0)
  return { driveS: drive_s, startsAt: starts_at, endsAt: ends_at, breakS }
}

async function takeShipments(db: Kysely<Tables>, plan: Plan, stops: readonly Stop[]): Promise<void> {
  const ids = stops.map(({ shipment_id }) => shipment_id)
  const shipments = await db
    .selectFrom('shipment')
    .selectAll()
    .where('id', '=', sql<string>`any(${ids})`)
    .orderBy('id')
    .forUpdate()
    .execute()
  const waiting = shipments.filter(({ status }) => status === 'labelled' || status === 'failed_attempt')
  const gone = shipments.filter((shipment) => !waiting.includes(shipment))
  if (gone.length > 0) throw notFree(plan, { shipments: gone.map(({ id, status }) => ({ id, status })) })
  const live = await db
    .selectFrom('stop')
    .select('shipment_id')
    .where('shipment_id', '=', sql<string>`any(${ids})`)
    .where('status', '=', sql<'scheduled'>`any(${['scheduled', 'en_route', 'arrived']})`)
    .execute()
  if (live.length > 0) throw notFree(plan, { shipments: live.map(({ shipment_id }) => ({ id: shipment_id })) })
  await db
    .updateTable('stop')
    .set({ status: 'scheduled' })
    .where('id', '=', sql<string>`any(${stops.map(({ id }) => id)})`)
    .execute()
  await db
    .updateTable('shipment')
    .set((of) => ({ status: 'planned', version: of('version', '+', 1) }))
    .where('id', '=', sql<string>`any(${ids})`)
    .where('status', '=', 'labelled')
    .execute()
}

async function supersedeOthers(db: Kysely<Tables>, { id, depot_id, day }: Plan): Promise<void> {
  await db
    .updateTable('route_plan')
    .set((of) => ({ status: 'superseded', version: of('version', '+', 1), message: `${id} was approved instead.` }))
    .where('depot_id', '=', depot_id)
    .where('day', '=', day)
    .where('kind', '=', 'day')
    .where('status', '=', 'proposed')
    .where('id', '<>', id)
    .execute()
}

function notFree({ id }: Plan, details: Record<string, unknown>): BusinessError {
  return new BusinessError('conflict', `${id} cannot be carried out any more: ${JSON.stringify(details)}.`, {
    details,
    nextActions: [{ tool: 'optimize_routes', hint: 'Plan again with what is left.' }],
  })
}
