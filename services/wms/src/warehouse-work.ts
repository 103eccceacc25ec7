import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { requireWarehouse } from './master-data.ts'
import { waitingStatuses } from './pick-task.ts'

export const MOST_ROWS = 50

/**
 * What a warehouse has to do, the oldest first.
 *
 * @throws {BusinessError} not_found
 */
export async function warehouseWork(db: Kysely<Tables>, warehouse: string) {
  await requireWarehouse(db, warehouse)
  const { rows: toPick } = await sql<{ order_ref: string; units: number; since: Date }>`
    select order_ref, sum(qty)::integer as units, min(created_at) as since from reservation
    where warehouse_id = ${warehouse} and state = 'allocated'
    group by order_ref order by since, order_ref limit ${MOST_ROWS}`.execute(db)
  const { rows: waves } = await sql<{ wave_id: string; open_tasks: number }>`
    select wave_id, count(*)::integer as open_tasks from pick_task
    where warehouse_id = ${warehouse} and status = any(${waitingStatuses})
    group by wave_id order by wave_id limit ${MOST_ROWS}`.execute(db)
  const shipments = await db
    .selectFrom('shipment')
    .select(['ref as shipment_ref', 'order_ref', 'packed_at'])
    .where('warehouse_id', '=', warehouse)
    .where('status', '=', 'packed')
    .orderBy('ref')
    .limit(MOST_ROWS)
    .execute()
  const transfers = await db
    .selectFrom('transfer')
    .select(['id as transfer_id', 'from_warehouse as from', 'to_warehouse as to', 'status'])
    .where('ended_at', 'is', null)
    .where((is) => is.or([is('from_warehouse', '=', warehouse), is('to_warehouse', '=', warehouse)]))
    .orderBy('id')
    .limit(MOST_ROWS)
    .execute()
  const counts = await db
    .selectFrom('cycle_count')
    .select(['id as count_id', 'status'])
    .where('warehouse_id', '=', warehouse)
    .where('ended_at', 'is', null)
    .orderBy('id')
    .limit(MOST_ROWS)
    .execute()
  return {
    warehouse,
    orders_to_pick: toPick,
    waves,
    shipments_to_hand_over: shipments,
    transfers,
    cycle_counts: counts,
  }
}
