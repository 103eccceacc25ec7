import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { workOf } from './approval.ts'
import { plannedVisit, withinCapacity } from './baseline.ts'
import type { Tables } from './database-tables.ts'
import { type Depot, requireDepot } from './depot.ts'
import { type Driver, lockDrivers, mayDriveOn, readVehicle, setDriverStatus, type Vehicle } from './driver.ts'
import { hoursRuleOf, hoursUsed, requireHours } from './hours.ts'
import { lockRoute, type Route, requireRouteStatus, requireVersion, type Stop, stopsOf, updateRoute } from './plan.ts'
import { costOf } from './plan-solution.ts'
import { withLoads } from './plannable.ts'
import { type Schedule, scheduleOf } from './schedule.ts'
import { lockStop } from './stop.ts'

/**
 * Gives an approved route that was not dispatched to another driver, who must be free, licensed, skilled and within the
 * limits of working time.
 *
 * @throws {BusinessError} not_found; version_conflict; invalid_transition; conflict; policy_denied; limit_exceeded
 */
export async function assignDriver(
  db: Kysely<Tables>,
  { routeId, driverId, expectedVersion }: { routeId: string; driverId: string; expectedVersion?: number | undefined },
): Promise<Route> {
  const route = await lockRoute(db, routeId)
  if (route.driver_id === driverId) return route
  requireVersion(route, expectedVersion)
  requireRouteStatus(route, ['planned'], 'get another driver; replan_route changes what was dispatched')
  const ids = [driverId, ...(route.driver_id ? [route.driver_id] : [])]
  const driver = (await lockDrivers(db, ids)).get(driverId) as Driver
  await requireFree(db, route, driver)
  const vehicle = await readVehicle(db, route.vehicle_id)
  await requireSkills(db, await stopsOf(db, [routeId]), driver, vehicle)
  await requireTime(db, route, driver)
  if (route.driver_id) await setDriverStatus(db, [route.driver_id], 'available')
  await setDriverStatus(db, [driverId], 'assigned')
  return updateRoute(db, route, { driver_id: driverId })
}

/**
 * Moves a stop to the route that another driver has on that day, at the place where it costs the shortest way. Neither
 * route may have been dispatched.
 *
 * @throws {BusinessError} as {@link assignDriver}; conflict when the stop fits nowhere in the other route
 */
export async function reassignStop(
  db: Kysely<Tables>,
  { stopId, driverId, expectedVersion }: { stopId: string; driverId: string; expectedVersion?: number | undefined },
): Promise<{ from: Route; to: Route }> {
  const before = await db
    .selectFrom('stop')
    .innerJoin('route', 'route.id', 'stop.route_id')
    .select(['route.id', 'route.day'])
    .where('stop.id', '=', stopId)
    .executeTakeFirst()
  const target = before && (await routeOf(db, driverId, before.day))
  // Two routes are locked in the order of their ids, so that two moves never wait for each other.
  if (before && target)
    await db
      .selectFrom('route')
      .select('id')
      .where('id', '=', sql<string>`any(${[before.id, target]})`)
      .orderBy('id')
      .forUpdate()
      .execute()
  const { stop, route: from } = await lockStop(db, stopId)
  if (!target) throw noRoute(driverId, from.day)
  if (target === from.id) return { from, to: from }
  requireVersion(stop, expectedVersion)
  const to = await lockRoute(db, target)
  for (const route of [from, to])
    requireRouteStatus(route, ['planned'], 'change; replan_route changes what was dispatched')
  const driver = (await lockDrivers(db, [driverId])).get(driverId) as Driver
  const vehicle = await readVehicle(db, to.vehicle_id)
  await requireSkills(db, [stop], driver, vehicle)
  const depot = await depotOf(db, to)
  const best = await bestPlace(db, depot, to, vehicle, stop)
  await requireTime(db, { ...to, drive_s: best.schedule.driveS, ends_at: best.schedule.endsAt }, driver)
  await db.updateTable('stop').set({ route_id: to.id }).where('id', '=', stopId).execute()
  const rest = (await stopsOf(db, [from.id])).filter(({ id }) => id !== stopId)
  return {
    from: await reschedule(db, depot, from, rest),
    to: await writeSchedule(db, to, vehicle, best.stops, best.schedule),
  }
}

/** Works the times of a route out anew for the stops that it has. */
async function reschedule(db: Kysely<Tables>, depot: Depot, route: Route, stops: readonly Stop[]): Promise<Route> {
  const vehicle = await readVehicle(db, route.vehicle_id)
  return writeSchedule(db, route, vehicle, stops, await scheduleFor(db, depot, route, stops))
}

async function requireFree(db: Kysely<Tables>, { id, day }: Route, driver: Driver): Promise<void> {
  if (!mayDriveOn(driver, day))
    throw new BusinessError('policy_denied', `The licence of ${driver.id} ends on ${driver.licence_expiry}.`, {
      details: { driver_id: driver.id, licence_expiry: driver.licence_expiry },
    })
  const other = await routeOf(db, driver.id, day)
  if (other === undefined || other === id) return
  throw new BusinessError('conflict', `${driver.id} drives ${other} on ${day}.`, {
    details: { driver_id: driver.id, route_id: other },
    nextActions: [{ tool: 'list_drivers', arguments: { date: day } }],
  })
}

async function requireSkills(
  db: Kysely<Tables>,
  stops: readonly Stop[],
  driver: Driver,
  vehicle: Vehicle,
): Promise<void> {
  const has = new Set([...driver.skills, ...vehicle.skills])
  const loads = await withLoads(
    db,
    stops.map(({ shipment_id }) => shipment_id),
  )
  const missing = [...new Set(loads.flatMap(({ shipment }) => shipment.skills.filter((skill) => !has.has(skill))))]
  if (missing.length === 0) return
  throw new BusinessError(
    'policy_denied',
    `${driver.id} in ${vehicle.id} cannot do this: it needs ${missing.join(', ')}.`,
    {
      details: { missing_skills: missing, driver_skills: driver.skills, vehicle_skills: vehicle.skills },
      nextActions: [{ tool: 'list_drivers', arguments: { skills: missing } }],
    },
  )
}

async function requireTime(db: Kysely<Tables>, route: Route, driver: Driver): Promise<void> {
  const rule = await hoursRuleOf(db, driver.depot_id)
  const used = (await hoursUsed(db, [driver.id], route.day, route.id)).get(driver.id)
  if (used) requireHours(driver.id, rule, used, workOf(route))
}

async function bestPlace(db: Kysely<Tables>, depot: Depot, route: Route, vehicle: Vehicle, stop: Stop) {
  const stops = await stopsOf(db, [route.id])
  const tries = await Promise.all(
    Array.from({ length: stops.length + 1 }, async (_, index) => {
      const order = stops.toSpliced(index, 0, stop)
      return { stops: order, schedule: await scheduleFor(db, depot, route, order) }
    }),
  )
  const fitting = tries.filter(
    ({ schedule }) =>
      schedule.inTime &&
      withinCapacity(schedule.peak, vehicle) &&
      schedule.distanceM <= (vehicle.range_m ?? Number.POSITIVE_INFINITY),
  )
  const [first, ...others] = fitting
  if (first) return others.reduce((best, one) => (one.schedule.distanceM < best.schedule.distanceM ? one : best), first)
  throw new BusinessError('conflict', `${stop.id} fits nowhere in ${route.id}: its window, the load or the range.`, {
    details: { stop_id: stop.id, route_id: route.id },
    nextActions: [{ tool: 'optimize_routes', hint: 'Plan the day again.' }],
  })
}

async function scheduleFor(db: Kysely<Tables>, depot: Depot, route: Route, stops: readonly Stop[]): Promise<Schedule> {
  const loads = await withLoads(
    db,
    stops.map(({ shipment_id }) => shipment_id),
  )
  return scheduleOf({ ...depot, at: route.starts_at, depot, breaks: route.breaks }, loads.map(plannedVisit))
}

async function writeSchedule(
  db: Kysely<Tables>,
  route: Route,
  vehicle: Vehicle,
  stops: readonly Stop[],
  schedule: Schedule,
): Promise<Route> {
  for (const [index, { id }] of stops.entries()) {
    const planned = schedule.stops[index]
    if (!planned) continue
    await db
      .updateTable('stop')
      .set((of) => ({
        seq: index + 1,
        eta: planned.eta,
        lateness_s: planned.latenessS,
        load_after: JSON.stringify(planned.loadAfter),
        version: of('version', '+', 1),
      }))
      .where('id', '=', id)
      .execute()
  }
  return updateRoute(db, route, {
    ends_at: schedule.endsAt,
    distance_m: schedule.distanceM,
    drive_s: schedule.driveS,
    waiting_s: schedule.waitingS,
    cost_minor: costOf(vehicle, schedule.distanceM, schedule.driveS),
  })
}

async function routeOf(db: Kysely<Tables>, driverId: string, day: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('route')
    .select('id')
    .where('driver_id', '=', driverId)
    .where('day', '=', day)
    .where('status', '=', sql<'planned'>`any(${['planned', 'dispatched', 'in_progress']})`)
    .executeTakeFirst()
  return row?.id
}

async function depotOf(db: Kysely<Tables>, { plan_id }: Route): Promise<Depot> {
  const { depot_id } = await db
    .selectFrom('route_plan')
    .select('depot_id')
    .where('id', '=', plan_id)
    .executeTakeFirstOrThrow()
  return requireDepot(db, depot_id)
}

function noRoute(driverId: string, day: string): BusinessError {
  return new BusinessError('not_found', `${driverId} has no route on ${day}.`, {
    nextActions: [{ tool: 'list_routes', arguments: { date: day } }],
  })
}
