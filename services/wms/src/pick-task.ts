import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { PickTaskStatus, Tables } from './database-tables.ts'
import { lockBalances } from './stock.ts'

export type PickTask = Selectable<Tables['pick_task']>

/** Where a pick task may go from each status. */
const pickTaskTransitions: Record<PickTaskStatus, readonly PickTaskStatus[]> = {
  open: ['assigned', 'picking', 'picked', 'short', 'cancelled'],
  assigned: ['picking', 'picked', 'short', 'cancelled'],
  picking: ['picked', 'short', 'cancelled'],
  picked: ['packed', 'cancelled'],
  short: ['packed', 'cancelled'],
  packed: ['handed_over', 'picked', 'cancelled'],
  handed_over: [],
  cancelled: [],
}

/** Statuses in which somebody still has to walk. */
export const waitingStatuses: readonly PickTaskStatus[] = ['open', 'assigned', 'picking']

/** Units of a task that nobody has picked or reported missing. */
export function remaining({ qty, picked_qty, short_qty }: PickTask): number {
  return qty - picked_qty - short_qty
}

/**
 * A task that waits to be picked, locked together with the stock it is about.
 *
 * @throws {BusinessError} not_found; invalid_transition when it is done or was cancelled
 */
export async function lockTask(db: Kysely<Tables>, id: string): Promise<PickTask> {
  const seen = await db.selectFrom('pick_task').select(['sku', 'warehouse_id']).where('id', '=', id).executeTakeFirst()
  if (!seen) throw unknownTask(id)
  await lockBalances(db, [{ sku: seen.sku, warehouse: seen.warehouse_id }])
  const task = await db.selectFrom('pick_task').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow()
  if (!waitingStatuses.includes(task.status)) throw taskIsOver(task)
  return task
}

/** Notes units as picked or missing and moves the task on. */
export function progressTask(
  db: Kysely<Tables>,
  task: PickTask,
  { picked = 0, short = 0 }: { picked?: number; short?: number },
): Promise<PickTask> {
  const after = { ...task, picked_qty: task.picked_qty + picked, short_qty: task.short_qty + short }
  const done = remaining(after) === 0
  const status = done ? (after.short_qty > 0 ? 'short' : 'picked') : 'picking'
  return db
    .updateTable('pick_task')
    .set({ picked_qty: after.picked_qty, short_qty: after.short_qty, status })
    .where('id', '=', task.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/**
 * Fits the tasks of an order, whose stock must be locked, to what it still has: nobody walks for units that were given
 * back, and what is no longer picked is no task any more.
 */
export async function trimTasks(db: Kysely<Tables>, orderRef: string): Promise<void> {
  await sql`
    with claim as (
      select sku, warehouse_id, coalesce(sum(qty) filter (where state = 'allocated'), 0) as to_pick,
        coalesce(sum(qty) filter (where state = 'picked'), 0) as picked
      from reservation where order_ref = ${orderRef} group by sku, warehouse_id
    ), task as (
      select t.id, t.status, c.picked, t.picked_qty + t.short_qty as done,
        t.qty - t.picked_qty - t.short_qty as remaining,
        c.to_pick - coalesce(sum(t.qty - t.picked_qty - t.short_qty)
          filter (where t.status = any(${waitingStatuses}))
          over (partition by t.sku, t.warehouse_id order by t.id rows between unbounded preceding and 1 preceding), 0)
          as left_for
      from pick_task t join claim c using (sku, warehouse_id)
      where t.order_ref = ${orderRef} and t.status not in ('handed_over', 'cancelled')
    ), fitted as (
      select id, done, status, picked, greatest(least(remaining, left_for), 0) as keeps, remaining from task
    )
    update pick_task t set
      qty = case when f.done + f.keeps = 0 then t.qty else f.done + f.keeps end,
      status = case
        when f.keeps > 0 then t.status
        when f.done = 0 or f.picked = 0 then 'cancelled'
        when t.short_qty > 0 then 'short' else 'picked' end
    from fitted f
    where f.id = t.id and (
      (t.status = any(${waitingStatuses}) and f.keeps < f.remaining)
      or (t.status in ('picked', 'short', 'packed') and f.picked = 0))`.execute(db)
}

function unknownTask(id: string): BusinessError {
  return new BusinessError('not_found', `There is no pick task ${id}.`, {
    nextActions: [{ tool: 'create_pick_wave', hint: 'Make a wave; its tasks have the ids to use.' }],
  })
}

function taskIsOver({ id, status, wave_id }: PickTask): BusinessError {
  return new BusinessError('invalid_transition', `Task ${id} is ${status} and cannot be picked.`, {
    details: { status, legal: pickTaskTransitions[status] },
    nextActions: [{ hint: `Read inventory://waves/${wave_id} for the tasks that are still open.` }],
  })
}
