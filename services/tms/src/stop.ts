import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { StopStatus, Tables } from './database-tables.ts'
import { lockRoute, type Route, type Stop } from './plan.ts'

/** Where a stop may go from each status. */
const stopTransitions: Record<StopStatus, readonly StopStatus[]> = {
  proposed: [],
  scheduled: ['en_route', 'arrived', 'completed', 'failed'],
  en_route: ['arrived', 'completed', 'failed'],
  arrived: ['completed', 'failed'],
  completed: [],
  failed: [],
  cancelled: [],
}

export const openStops = ['scheduled', 'en_route', 'arrived'] as const

/**
 * Locks the route of a stop, then the stop: always in that order.
 *
 * @throws {BusinessError} not_found
 */
export async function lockStop(db: Kysely<Tables>, id: string): Promise<{ stop: Stop; route: Route }> {
  const found = await db.selectFrom('stop').select('route_id').where('id', '=', id).executeTakeFirst()
  if (!found) throw unknownStop(id)
  const route = await lockRoute(db, found.route_id)
  const stop = await db.selectFrom('stop').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (stop?.route_id !== route.id) throw new BusinessError('conflict', `${id} was moved meanwhile. Try again.`)
  return { stop, route }
}

/**
 * @throws {BusinessError} invalid_transition with the legal set
 */
export function requireStopTransition({ id, status, route_id }: Stop, to: StopStatus): void {
  const legal = stopTransitions[status]
  if (legal.includes(to)) return
  throw new BusinessError('invalid_transition', `${id} is ${status} and cannot become ${to}.`, {
    details: { status, wanted: to, legal },
    nextActions: [{ tool: 'get_route', arguments: { route_id } }],
  })
}

/** Changes a locked stop. @returns it as it is now */
export function updateStop(
  db: Kysely<Tables>,
  { id }: Pick<Stop, 'id'>,
  changes: Partial<Pick<Stop, 'status' | 'reason' | 'arrived_at' | 'ended_at'>>,
): Promise<Stop> {
  return db
    .updateTable('stop')
    .set((of) => ({ ...changes, version: of('version', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Takes the stop that a shipment waits for off its route, unless the driver is there. @returns whether there was one */
export async function withdrawStop(db: Kysely<Tables>, shipmentId: string, reason: string): Promise<boolean> {
  const row = await db
    .updateTable('stop')
    .set((of) => ({ status: 'cancelled', reason, ended_at: new Date(), version: of('version', '+', 1) }))
    .where('shipment_id', '=', shipmentId)
    .where('status', '=', sql<StopStatus>`any(${['scheduled', 'en_route']})`)
    .returning('route_id')
    .executeTakeFirst()
  if (!row) return false
  await db
    .updateTable('route')
    .set((of) => ({ version: of('version', '+', 1) }))
    .where('id', '=', row.route_id)
    .execute()
  return true
}

function unknownStop(id: string): BusinessError {
  return new BusinessError('not_found', `There is no stop ${id}.`, {
    nextActions: [{ tool: 'get_route', hint: 'It names the stops of a route.' }],
  })
}
