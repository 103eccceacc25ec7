import { BusinessError } from '@backroom/mcp-service'
import type { Kysely, Selectable } from 'kysely'
import type { Tables } from './database-tables.ts'

export interface ReorderPlan extends Selectable<Tables['reorder_plan']> {
  lines: Selectable<Tables['reorder_plan_line']>[]
}

/** Days that a plan can be ordered from. */
export const PLAN_DAYS = 7

/**
 * A plan with its lines.
 *
 * @throws {BusinessError} not_found, also when the plan is so old that it was cleared away
 */
export async function readPlan(db: Kysely<Tables>, id: string): Promise<ReorderPlan> {
  const plan = await db.selectFrom('reorder_plan').selectAll().where('id', '=', id).executeTakeFirst()
  if (!plan) throw unknownPlan(id)
  const lines = await db
    .selectFrom('reorder_plan_line')
    .selectAll()
    .where('plan_id', '=', id)
    .orderBy('line_no')
    .execute()
  return { ...plan, lines }
}

/**
 * Locks a line of a plan before it is ordered.
 *
 * @returns the id of the purchase order that it has become already, if it has
 * @throws {BusinessError} not_found for an unknown plan or line; conflict for an expired plan
 */
export async function requirePlanLine(
  db: Kysely<Tables>,
  { planId, sku, warehouse }: { planId: string; sku: string; warehouse: string },
): Promise<string | undefined> {
  const plan = await readPlan(db, planId)
  const line = await db
    .selectFrom('reorder_plan_line')
    .select('line_no')
    .where('plan_id', '=', planId)
    .where('sku', '=', sku)
    .where('warehouse_id', '=', warehouse)
    .forUpdate()
    .executeTakeFirst()
  if (!line) throw unknownLine(plan, sku, warehouse)
  const placed = await db
    .selectFrom('reorder_plan_order')
    .select('po_id')
    .where('plan_id', '=', planId)
    .where('sku', '=', sku)
    .where('warehouse_id', '=', warehouse)
    .executeTakeFirst()
  if (!placed && plan.expires_at.getTime() < Date.now()) throw planExpired(plan)
  return placed?.po_id
}

function unknownPlan(id: string): BusinessError {
  return new BusinessError('not_found', `There is no reorder plan ${id}. Plans are kept for ${PLAN_DAYS} days.`, {
    nextActions: [{ tool: 'suggest_reorders', hint: 'Make a fresh plan.' }],
  })
}

function unknownLine(plan: ReorderPlan, sku: string, warehouse: string): BusinessError {
  return new BusinessError('not_found', `Plan ${plan.id} has no line for ${sku} at ${warehouse}.`, {
    details: { lines: plan.lines.slice(0, 20).map((line) => ({ sku: line.sku, warehouse: line.warehouse_id })) },
    nextActions: [{ hint: 'Leave plan_id out to order something that the plan does not hold.' }],
  })
}

function planExpired(plan: ReorderPlan): BusinessError {
  return new BusinessError('conflict', `Plan ${plan.id} expired on ${plan.expires_at.toISOString().slice(0, 10)}.`, {
    nextActions: [{ tool: 'suggest_reorders', arguments: { region: plan.region }, hint: 'Make a fresh plan.' }],
  })
}
