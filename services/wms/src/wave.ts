import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import { type Bin, onShelf, readBins } from './bins.ts'
import type { Tables } from './database-tables.ts'
import { requireWarehouse } from './master-data.ts'
import { type PickTask, waitingStatuses } from './pick-task.ts'
import { lockBalances, type StockPlace } from './stock.ts'
import { serpentine } from './walk.ts'

/** Which confirmed orders of a warehouse to pick together. */
export interface WaveRequest {
  warehouse: string
  maxOrders: number
  orderRefs?: readonly string[] | undefined
  sku?: string | undefined
  assignedTo?: string | undefined
  actor: string
}

export interface Wave {
  id: string
  /** In the order of the walk. */
  tasks: PickTask[]
  /** Units that are allocated but lie in no sound bin. */
  unplanned: Demand[]
}

/** Allocated units of an order that no task is for yet. */
export interface Demand extends StockPlace {
  orderRef: string
  qty: number
}

/** A visit to a bin for one order. */
export interface Stop extends Demand {
  bin: Bin
}

/**
 * Makes tasks for the orders that have waited longest, from the bins that expire first, in serpentine order through the
 * aisles. Orders that another wave picks already are left out.
 *
 * @throws {BusinessError} not_found for an unknown warehouse, or when no order waits; conflict when nothing can be found
 */
export async function createWave(db: Kysely<Tables>, request: WaveRequest): Promise<Wave> {
  const { warehouse, assignedTo, actor } = request
  await requireWarehouse(db, warehouse)
  const orders = await waitingOrders(db, request)
  if (orders.length === 0) throw nothingWaits(warehouse)
  const { stops, unplanned } = await planStops(db, warehouse, orders)
  if (stops.length === 0) throw nothingToFind(warehouse, unplanned)
  const id = `wav_${ulid()}`
  await db
    .insertInto('wave')
    .values({ id, warehouse_id: warehouse, assigned_to: assignedTo ?? null, created_by: actor })
    .execute()
  const tasks = await insertTasks(
    db,
    id,
    serpentine(stops, ({ bin }) => bin),
    assignedTo ? 'assigned' : 'open',
  )
  return { id, tasks, unplanned }
}

/** Writes tasks of a wave in the given order, after those that it has. */
export async function insertTasks(
  db: Kysely<Tables>,
  wave: string,
  stops: readonly Stop[],
  status: 'open' | 'assigned',
): Promise<PickTask[]> {
  if (stops.length === 0) return []
  const { last } = await db
    .selectFrom('pick_task')
    .select((of) => of.fn.coalesce(of.fn.max('seq'), sql<number>`0`).as('last'))
    .where('wave_id', '=', wave)
    .executeTakeFirstOrThrow()
  return db
    .insertInto('pick_task')
    .values(
      stops.map(({ orderRef, qty, bin }, index) => ({
        id: `tsk_${ulid()}`,
        wave_id: wave,
        seq: last + index + 1,
        order_ref: orderRef,
        sku: bin.sku,
        warehouse_id: bin.warehouse,
        location: bin.location,
        lot: bin.lot,
        qty,
        status,
      })),
    )
    .returningAll()
    .execute()
}

/**
 * Finds bins for units, what expires first before others, sparing what other tasks are on their way to. The balances
 * must be locked.
 */
export async function findStops(
  db: Kysely<Tables>,
  demands: readonly Demand[],
): Promise<{ stops: Stop[]; unplanned: Demand[] }> {
  const bins = (await readBins(db, demands)).filter((bin) => bin.sound && onShelf(bin))
  for (const claim of await claims(db, demands)) {
    const bin = bins.find(
      ({ sku, warehouse, location, lot }) =>
        sku === claim.sku && warehouse === claim.warehouse && location === claim.location && lot === claim.lot,
    )
    if (bin) bin.qty = Math.max(0, bin.qty - claim.qty)
  }
  const stops: Stop[] = []
  const unplanned: Demand[] = []
  for (const demand of demands) {
    let missing = demand.qty
    for (const bin of bins.filter(({ sku, warehouse }) => sku === demand.sku && warehouse === demand.warehouse)) {
      const qty = Math.min(missing, bin.qty)
      if (qty > 0) stops.push({ ...demand, qty, bin })
      bin.qty -= qty
      missing -= qty
    }
    if (missing > 0) unplanned.push({ ...demand, qty: missing })
  }
  return { stops, unplanned }
}

async function waitingOrders(
  db: Kysely<Tables>,
  { warehouse, maxOrders, orderRefs, sku }: WaveRequest,
): Promise<string[]> {
  const { rows } = await sql<{ order_ref: string }>`
    select r.order_ref from reservation r
    where r.warehouse_id = ${warehouse} and r.state = 'allocated'
      and (${orderRefs ?? null}::text[] is null or r.order_ref = any(${orderRefs ?? null}))
      and (${sku ?? null}::text is null or r.sku = ${sku ?? null})
      and r.qty > (
        select coalesce(sum(t.qty - t.picked_qty - t.short_qty), 0) from pick_task t
        where t.order_ref = r.order_ref and t.warehouse_id = r.warehouse_id and t.sku = r.sku
          and t.status = any(${waitingStatuses}))
    group by r.order_ref order by min(r.created_at), r.order_ref limit ${maxOrders}`.execute(db)
  return rows.map(({ order_ref }) => order_ref)
}

async function planStops(
  db: Kysely<Tables>,
  warehouse: string,
  orders: readonly string[],
): Promise<{ stops: Stop[]; unplanned: Demand[] }> {
  const { rows: places } = await sql<StockPlace>`
    select distinct sku, warehouse_id as warehouse from reservation
    where order_ref = any(${orders}) and warehouse_id = ${warehouse} and state = 'allocated'`.execute(db)
  await lockBalances(db, places)
  const { rows: demands } = await sql<Demand>`
    select r.order_ref as "orderRef", r.sku, r.warehouse_id as warehouse, (r.qty - (
      select coalesce(sum(t.qty - t.picked_qty - t.short_qty), 0) from pick_task t
      where t.order_ref = r.order_ref and t.warehouse_id = r.warehouse_id and t.sku = r.sku
        and t.status = any(${waitingStatuses})))::integer as qty
    from reservation r
    where r.order_ref = any(${orders}) and r.warehouse_id = ${warehouse} and r.state = 'allocated'
    order by r.created_at, r.id`.execute(db)
  return findStops(
    db,
    demands.filter(({ qty }) => qty > 0),
  )
}

async function claims(
  db: Kysely<Tables>,
  places: readonly StockPlace[],
): Promise<(StockPlace & { location: string; lot: string; qty: number })[]> {
  const wanted = JSON.stringify(places.map(({ sku, warehouse }) => ({ sku, warehouse_id: warehouse })))
  const { rows } = await sql<StockPlace & { location: string; lot: string; qty: number }>`
    select sku, warehouse_id as warehouse, location, lot, sum(qty - picked_qty - short_qty)::integer as qty
    from pick_task
    where status = any(${waitingStatuses}) and (sku, warehouse_id) in
      (select sku, warehouse_id from json_to_recordset(${wanted}::json) as p (sku text, warehouse_id text))
    group by 1, 2, 3, 4`.execute(db)
  return rows
}

function nothingWaits(warehouse: string): BusinessError {
  return new BusinessError('not_found', `No order waits to be picked in ${warehouse}.`, {
    nextActions: [{ hint: 'Read inventory://warehouses for the others, or leave criteria out.' }],
  })
}

function nothingToFind(warehouse: string, unplanned: readonly Demand[]): BusinessError {
  const lines = unplanned.slice(0, 50).map(({ orderRef, sku, qty }) => ({ order_ref: orderRef, sku, qty }))
  return new BusinessError('conflict', `What the orders need lies in no sound bin of ${warehouse}.`, {
    details: { unplanned: lines },
    nextActions: [
      { tool: 'start_cycle_count', arguments: { warehouse }, hint: 'Count these SKUs; their lots may have expired.' },
    ],
  })
}
