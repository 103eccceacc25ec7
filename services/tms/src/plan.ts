import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql, type Updateable } from 'kysely'
import type { PlanStatus, RouteStatus, Tables } from './database-tables.ts'

export type Plan = Selectable<Tables['route_plan']>
export type Route = Selectable<Tables['route']>
export type Stop = Selectable<Tables['stop']>

/** Where a plan may go from each status. */
const planTransitions: Record<PlanStatus, readonly PlanStatus[]> = {
  draft: ['optimising', 'cancelled'],
  optimising: ['proposed', 'cancelled'],
  proposed: ['approved', 'rejected', 'superseded'],
  approved: ['dispatched', 'superseded'],
  dispatched: ['in_progress'],
  in_progress: ['completed'],
  completed: [],
  cancelled: [],
  rejected: [],
  superseded: [],
}

/** Statuses of a plan that a day goes by. */
export const currentStatuses = ['approved', 'dispatched', 'in_progress'] as const

/** Whether somebody has agreed to a plan. */
export function isApproved({ approved_at }: Pick<Plan, 'approved_at'>): boolean {
  return approved_at !== null
}

/** Locks a plan until the transaction ends. Fails as {@link readPlan} does. */
export async function lockPlan(db: Kysely<Tables>, id: string): Promise<Plan> {
  const row = await db.selectFrom('route_plan').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw unknownPlan(id)
  return row
}

/**
 * @throws {BusinessError} not_found
 */
export async function readPlan(db: Kysely<Tables>, id: string): Promise<Plan> {
  const row = await db.selectFrom('route_plan').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw unknownPlan(id)
  return row
}

/** Moves a locked plan on; the transition must be legal. @returns it as it is now */
export function setPlanStatus(
  db: Kysely<Tables>,
  { id }: Pick<Plan, 'id'>,
  status: PlanStatus,
  changes: { approved_by?: string; approved_at?: Date; message?: string } = {},
): Promise<Plan> {
  return db
    .updateTable('route_plan')
    .set((of) => ({ status, version: of('version', '+', 1), ...changes }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/**
 * @throws {BusinessError} invalid_transition with the legal set
 */
export function requirePlanTransition({ id, status }: Plan, to: PlanStatus): void {
  const legal = planTransitions[status]
  if (legal.includes(to)) return
  throw new BusinessError('invalid_transition', `${id} is ${status} and cannot become ${to}.`, {
    details: { status, wanted: to, legal },
    nextActions: [{ tool: 'get_route_plan', arguments: { plan_id: id } }],
  })
}

/**
 * @throws {BusinessError} version_conflict when somebody has changed it since it was read
 */
export function requireVersion({ id, version }: { id: string; version: number }, expected: number | undefined): void {
  if (expected === undefined || expected === version) return
  throw new BusinessError('version_conflict', `${id} has changed: it is at version ${version}, not ${expected}.`, {
    details: { version, expected_version: expected },
    nextActions: [{ hint: 'Read it again, then decide anew.' }],
  })
}

/** The routes of plans, by id. */
export function routesOf(db: Kysely<Tables>, planIds: readonly string[]): Promise<Route[]> {
  return db.selectFrom('route').selectAll().where('plan_id', '=', sql<string>`any(${planIds})`).orderBy('id').execute()
}

/** The stops of routes in the order of the day, without those that were taken off. */
export function stopsOf(db: Kysely<Tables>, routeIds: readonly string[]): Promise<Stop[]> {
  return db
    .selectFrom('stop')
    .selectAll()
    .where('route_id', '=', sql<string>`any(${routeIds})`)
    .where('status', '<>', 'cancelled')
    .orderBy('route_id')
    .orderBy('seq')
    .execute()
}

/** Locks a route until the transaction ends. Fails as {@link readRoute} does. */
export async function lockRoute(db: Kysely<Tables>, id: string): Promise<Route> {
  const row = await db.selectFrom('route').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw unknownRoute(id)
  return row
}

/**
 * @throws {BusinessError} not_found
 */
export async function readRoute(db: Kysely<Tables>, id: string): Promise<Route> {
  const row = await db.selectFrom('route').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw unknownRoute(id)
  return row
}

/** Changes a locked route. @returns it as it is now */
export function updateRoute(
  db: Kysely<Tables>,
  { id }: Pick<Route, 'id'>,
  changes: Omit<Updateable<Tables['route']>, 'id' | 'version'>,
): Promise<Route> {
  return db
    .updateTable('route')
    .set((of) => ({ ...changes, version: of('version', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/**
 * @throws {BusinessError} invalid_transition with the legal set
 */
export function requireRouteStatus({ id, status }: Route, legal: readonly RouteStatus[], what: string): void {
  if (legal.includes(status)) return
  throw new BusinessError('invalid_transition', `${id} is ${status} and cannot ${what}.`, {
    details: { status, legal },
    nextActions: [{ tool: 'get_route', arguments: { route_id: id } }],
  })
}

function unknownPlan(id: string): BusinessError {
  return new BusinessError('not_found', `There is no plan ${id}.`, {
    nextActions: [{ tool: 'list_routes', hint: 'The routes of a day name their plans.' }],
  })
}

function unknownRoute(id: string): BusinessError {
  return new BusinessError('not_found', `There is no route ${id}.`, {
    nextActions: [{ tool: 'list_routes', hint: 'The routes of a day.' }],
  })
}
