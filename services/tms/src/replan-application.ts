import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { OWN_FLEET } from './carrier/own-fleet.ts'
import type { Tables } from './database-tables.ts'
import { requireDepot } from './depot.ts'
import { readVehicle, setDriverStatus } from './driver.ts'
import type { Coordinates } from './gazetteer.ts'
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
  updateRoute,
} from './plan.ts'
import { costOf } from './plan-solution.ts'
import { remainingOf, strandedRouteOf } from './replanning.ts'
import { lockShipment, unsentStatuses, updateShipment } from './shipment.ts'
import { settleRoute } from './stop-progress.ts'
import { recordEvents } from './tracking.ts'
import { wayBetween } from './travel.ts'

/**
 * Puts a proposed change into effect: the open stops of the routes it is about are replaced by those of the proposal, and
 * what is decided stays first. Refused when one of the routes has changed since the proposal was made; applied before, it
 * answers as it is.
 *
 * @returns the plan that was changed and the routes concerned
 * @throws {BusinessError} version_conflict; invalid_transition; conflict when the day has moved on
 */
export async function applyReplan(
  db: Kysely<Tables>,
  { id, expectedVersion, actor }: { id: string; expectedVersion?: number | undefined; actor: string },
): Promise<{ plan: Plan; routes: Route[] }> {
  const plan = await lockPlan(db, id)
  if (plan.kind !== 'replan' || !plan.base_versions)
    throw new BusinessError('invalid_argument', `${id} plans a whole day; use approve_route_plan.`)
  const routes = await lockRoutes(db, Object.keys(plan.base_versions))
  if (isApproved(plan)) return { plan, routes }
  requireVersion(plan, expectedVersion)
  requirePlanTransition(plan, 'approved')
  const moved = routes.filter(({ id: route, version }) => plan.base_versions?.[route] !== version)
  if (moved.length > 0) throw movedOn(plan, moved)
  const proposed = await routesOf(db, [id])
  const stops = Map.groupBy(
    await stopsOf(
      db,
      proposed.map((route) => route.id),
    ),
    ({ route_id }) => route_id,
  )
  const remaining = await remainingOf(db, routes, strandedRouteOf(plan))
  await cancelOpen(
    db,
    remaining.flatMap(({ open }) => open),
  )
  const depot = await requireDepot(db, plan.depot_id)
  const changed: Route[] = []
  for (const { route, decided } of remaining) {
    const next = proposed.find(({ driver_id }) => driver_id === route.driver_id)
    const more = (next && stops.get(next.id)) ?? []
    await moveStops(db, route, decided.length, more)
    changed.push(await rewrite(db, route, depot, decided, next))
  }
  await settleLeftOut(
    db,
    plan,
    remaining.flatMap(({ open }) => open),
    [...stops.values()].flat(),
  )
  await db.updateTable('route').set({ status: 'cancelled' }).where('plan_id', '=', id).execute()
  const ended = await endEmptied(db, changed, plan)
  return {
    plan: await setPlanStatus(db, plan, 'approved', { approved_by: actor, approved_at: new Date() }),
    routes: ended,
  }
}

function lockRoutes(db: Kysely<Tables>, ids: readonly string[]): Promise<Route[]> {
  return db
    .selectFrom('route')
    .selectAll()
    .where('id', '=', sql<string>`any(${ids})`)
    .orderBy('id')
    .forUpdate()
    .execute()
}

async function cancelOpen(db: Kysely<Tables>, open: readonly Stop[]): Promise<void> {
  await db
    .updateTable('stop')
    .set((of) => ({ status: 'cancelled', reason: 'Replanned', ended_at: new Date(), version: of('version', '+', 1) }))
    .where('id', '=', sql<string>`any(${open.map(({ id }) => id)})`)
    .execute()
}

async function moveStops(
  db: Kysely<Tables>,
  { id, status }: Route,
  offset: number,
  stops: readonly Stop[],
): Promise<void> {
  for (const [index, stop] of stops.entries()) {
    await db
      .updateTable('stop')
      .set({ route_id: id, seq: offset + index + 1, status: 'scheduled' })
      .where('id', '=', stop.id)
      .execute()
    const shipment = await lockShipment(db, stop.shipment_id)
    if (shipment.status === 'labelled')
      await updateShipment(db, shipment, { status: status === 'planned' ? 'planned' : 'ready' })
    if (status === 'in_progress' && stop.kind === 'delivery')
      await recordEvents(db, shipment, [
        { source: OWN_FLEET, sourceEventId: `${stop.id}:loaded`, code: 'picked_up', occurredAt: new Date() },
        { source: OWN_FLEET, sourceEventId: `${stop.id}:out`, code: 'out_for_delivery', occurredAt: new Date() },
      ])
  }
}

/** The day of a route: what was decided, then what the proposal adds. */
async function rewrite(
  db: Kysely<Tables>,
  route: Route,
  depot: Coordinates,
  decided: readonly Stop[],
  next: Route | undefined,
): Promise<Route> {
  let here: Coordinates = depot
  const done = { metres: 0, seconds: 0 }
  for (const place of [...decided, ...(next ? [] : decided.length > 0 ? [depot] : [])]) {
    const way = wayBetween(here, place)
    done.metres += way.metres
    done.seconds += way.seconds
    here = place
  }
  const distance = done.metres + (next?.distance_m ?? 0)
  const drive = done.seconds + (next?.drive_s ?? 0)
  return updateRoute(db, route, {
    distance_m: distance,
    drive_s: drive,
    waiting_s: next?.waiting_s ?? 0,
    breaks: JSON.stringify([...route.breaks.filter(isOver), ...(next?.breaks ?? [])]),
    ends_at: next && next.ends_at > route.starts_at ? next.ends_at : route.ends_at,
    cost_minor: costOf(await readVehicle(db, route.vehicle_id), distance, drive),
  })
}

function isOver({ starts_at }: { starts_at: string }): boolean {
  return Date.parse(starts_at) <= Date.now()
}

/** What has no route any more waits for another day; what is on board comes back to the depot first. */
async function settleLeftOut(
  db: Kysely<Tables>,
  plan: Plan,
  open: readonly Stop[],
  kept: readonly Stop[],
): Promise<void> {
  const still = new Set(kept.map(({ shipment_id }) => shipment_id))
  for (const stop of open) {
    if (still.has(stop.shipment_id)) continue
    const shipment = await lockShipment(db, stop.shipment_id)
    if (unsentStatuses.includes(shipment.status)) await updateShipment(db, shipment, { status: 'labelled' })
    else if (shipment.status === 'out_for_delivery')
      await recordEvents(db, shipment, [
        {
          source: OWN_FLEET,
          sourceEventId: `${stop.id}:${plan.id}`,
          code: 'failed_attempt',
          occurredAt: new Date(),
          detail: leftOutBecause(plan),
        },
      ])
  }
}

function leftOutBecause({ request }: Plan): string {
  const wanted = request.event?.type === 'cancel_stop'
  return wanted ? 'Comes back to the depot: taken off the route' : 'Comes back to the depot: no route has time for it'
}

/** A route without stops is cancelled; one whose stops are all made is over. A vehicle that broke down is set apart. */
async function endEmptied(db: Kysely<Tables>, routes: readonly Route[], plan: Plan): Promise<Route[]> {
  const broken = routes.find(({ id }) => id === strandedRouteOf(plan))
  if (broken)
    await db.updateTable('vehicle').set({ status: 'maintenance' }).where('id', '=', broken.vehicle_id).execute()
  const ended: Route[] = []
  for (const route of routes) {
    const stops = await stopsOf(db, [route.id])
    if (stops.length === 0) {
      if (route.driver_id) await setDriverStatus(db, [route.driver_id], 'available')
      ended.push(await updateRoute(db, route, { status: 'cancelled' }))
    } else ended.push(route.status === 'in_progress' ? await settleRoute(db, route) : route)
  }
  return ended
}

function movedOn({ id }: Plan, moved: readonly Route[]): BusinessError {
  const ids = moved.map((route) => route.id)
  return new BusinessError('conflict', `${id} was made for a day that has moved on: ${ids.join(', ')} changed since.`, {
    details: { changed_routes: ids },
    nextActions: [{ tool: 'replan_route', arguments: { route_id: ids[0] }, hint: 'Ask for a fresh proposal.' }],
  })
}
