import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { OWN_FLEET } from './carrier/own-fleet.ts'
import type { Tables, TrackingCode } from './database-tables.ts'
import { setDriverStatus } from './driver.ts'
import { openException } from './exception.ts'
import type { Coordinates } from './gazetteer.ts'
import { endPickup } from './pickup.ts'
import {
  lockPlan,
  type Route,
  requireRouteStatus,
  requireVersion,
  routesOf,
  type Stop,
  setPlanStatus,
  stopsOf,
  updateRoute,
} from './plan.ts'
import { type NewProof, recordProof } from './proof.ts'
import { lockShipment, type Shipment } from './shipment.ts'
import { lockStop, openStops, requireStopTransition, updateStop } from './stop.ts'
import { recordEvents } from './tracking.ts'

/** Why a stop failed; some are an exception that somebody must look at. */
export const failureReasons = ['not_home', 'refused', 'address', 'damaged', 'no_access', 'other'] as const
export type FailureReason = (typeof failureReasons)[number]

export interface StopChange {
  stopId: string
  to: 'en_route' | 'arrived' | 'completed' | 'failed'
  reason?: FailureReason | undefined
  note?: string | undefined
  proof?: NewProof | undefined
  position?: Coordinates | undefined
  expectedVersion?: number | undefined
  /** Driver account that may do so; absent: any. */
  onlyAccount?: string | undefined
  actor: string
}

/**
 * Books what a driver did at a stop, on a route that was dispatched, and tells it of the shipment. The first stop that is
 * set out for means that everything was loaded; the last one that ends ends the route. What is so already changes nothing.
 *
 * @throws {BusinessError} not_found; version_conflict; invalid_transition; invalid_argument without a reason or a proof
 *   that is needed; policy_denied for another driver's stop
 */
export async function changeStop(db: Kysely<Tables>, change: StopChange): Promise<{ stop: Stop; route: Route }> {
  const { stop, route } = await lockStop(db, change.stopId)
  await requireOwn(db, route, change.onlyAccount)
  if (stop.status === change.to) return { stop, route }
  requireVersion(stop, change.expectedVersion)
  requireRouteStatus(route, ['dispatched', 'in_progress'], 'be driven; dispatch_route comes first')
  requireStopTransition(stop, change.to)
  if (change.to === 'failed' && !change.reason)
    throw new BusinessError('invalid_argument', `A failed stop needs a reason: ${failureReasons.join(', ')}.`)
  if (change.position) await notePosition(db, route, change.position)
  const running = route.status === 'in_progress' ? route : await setOut(db, route)
  const shipment = await lockShipment(db, stop.shipment_id)
  if (change.proof) await recordProof(db, stop, { ...change.proof, actor: change.actor })
  if (change.to === 'completed') await requireProof(db, stop, shipment)
  const now = new Date()
  const ended = change.to === 'completed' || change.to === 'failed'
  const changed = await updateStop(db, stop, {
    status: change.to,
    ...(change.reason ? { reason: change.reason } : {}),
    ...(change.to !== 'en_route' && !stop.arrived_at ? { arrived_at: now } : {}),
    ...(ended ? { ended_at: now } : {}),
  })
  if (ended) await tellOf(db, stop, shipment, change, now)
  return { stop: changed, route: ended ? await settleRoute(db, running) : running }
}

/** @throws {BusinessError} policy_denied unless the route is of the driver with that account */
export async function requireOwn(
  db: Kysely<Tables>,
  { id, driver_id }: Route,
  account: string | undefined,
): Promise<void> {
  if (account === undefined) return
  const driver = await db
    .selectFrom('driver')
    .select('account')
    .where('id', '=', driver_id ?? '')
    .executeTakeFirst()
  if (driver?.account === account) return
  throw new BusinessError('policy_denied', `${id} is another driver's route; only that driver reports its stops.`, {
    details: { route_id: id },
    nextActions: [{ tool: 'list_routes', hint: 'Your own route is among those of today.' }],
  })
}

async function setOut(db: Kysely<Tables>, route: Route): Promise<Route> {
  const now = new Date()
  for (const stop of await stopsOf(db, [route.id])) {
    if (stop.kind !== 'delivery' || !openStops.some((status) => status === stop.status)) continue
    const shipment = await lockShipment(db, stop.shipment_id)
    await recordEvents(db, shipment, [
      { source: OWN_FLEET, sourceEventId: `${stop.id}:loaded`, code: 'picked_up', occurredAt: now },
      { source: OWN_FLEET, sourceEventId: `${stop.id}:out`, code: 'out_for_delivery', occurredAt: now },
    ])
  }
  if (route.driver_id) await setDriverStatus(db, [route.driver_id], 'on_route')
  const plan = await lockPlan(db, route.plan_id)
  if (plan.status === 'dispatched') await setPlanStatus(db, plan, 'in_progress')
  return updateRoute(db, route, { status: 'in_progress' })
}

async function requireProof(db: Kysely<Tables>, { id, kind }: Stop, { proof_required }: Shipment): Promise<void> {
  if (kind !== 'delivery' || !proof_required) return
  const proof = await db.selectFrom('proof_of_delivery').select('id').where('stop_id', '=', id).executeTakeFirst()
  if (proof) return
  throw new BusinessError('invalid_argument', `${id} needs a proof of delivery before it is completed.`, {
    nextActions: [
      { tool: 'record_proof_of_delivery', arguments: { stop_id: id }, hint: 'Or pass proof in this call.' },
    ],
  })
}

async function tellOf(
  db: Kysely<Tables>,
  stop: Stop,
  shipment: Shipment,
  change: StopChange,
  now: Date,
): Promise<void> {
  const failed = change.to === 'failed'
  const code: TrackingCode = failed ? 'failed_attempt' : stop.kind === 'delivery' ? 'delivered' : 'picked_up'
  const collected = !failed && stop.kind === 'pickup'
  if (failed && stop.kind === 'pickup') return
  const detail = failed ? [change.reason, change.note].filter(Boolean).join(': ') : null
  const told = await recordEvents(db, shipment, [
    { source: OWN_FLEET, sourceEventId: `${stop.id}:${change.to}`, code, occurredAt: now, detail },
  ])
  if (collected) await endPickup(db, shipment.id)
  const type = change.reason && exceptionTypes[change.reason]
  // A refusal has opened one by its scan.
  if (failed && type)
    await openException(db, told, {
      type,
      note: change.note,
      cause: `${OWN_FLEET}:${stop.id}`,
      reportedBy: change.actor,
    })
}

const exceptionTypes: Partial<Record<FailureReason, 'address' | 'damage'>> = { address: 'address', damaged: 'damage' }

/** The last stop ends the route: what was collected is at the depot then, and the driver is free. */
export async function settleRoute(db: Kysely<Tables>, route: Route): Promise<Route> {
  const stops = await stopsOf(db, [route.id])
  if (stops.some(({ status }) => openStops.some((open) => open === status))) return route
  const now = new Date()
  for (const { id, kind, status, shipment_id } of stops) {
    if (kind !== 'pickup' || status !== 'completed') continue
    const shipment = await lockShipment(db, shipment_id)
    const event = { source: OWN_FLEET, sourceEventId: `${id}:docked`, code: 'delivered', occurredAt: now } as const
    await recordEvents(db, shipment, [event])
  }
  if (route.driver_id) await setDriverStatus(db, [route.driver_id], 'available')
  const ended = await updateRoute(db, route, { status: 'completed', completed_at: now })
  const plan = await lockPlan(db, route.plan_id)
  const others = (await routesOf(db, [plan.id])).filter(
    ({ status }) => status !== 'completed' && status !== 'cancelled',
  )
  if (others.length === 0 && plan.status === 'in_progress') await setPlanStatus(db, plan, 'completed')
  return ended
}

async function notePosition(db: Kysely<Tables>, { driver_id }: Route, position: Coordinates): Promise<void> {
  if (driver_id === null) return
  await sql`
    insert into position (driver_id, latitude, longitude)
    values (${driver_id}, ${position.latitude}, ${position.longitude})`.execute(db)
}
