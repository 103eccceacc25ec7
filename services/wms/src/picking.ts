import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { MISSING, readBins } from './bins.ts'
import type { Tables } from './database-tables.ts'
import { report } from './facts.ts'
import { requireSoundLot } from './lot.ts'
import { requireSku } from './master-data.ts'
import { lockTask, type PickTask, progressTask, remaining } from './pick-task.ts'
import { notePicked } from './picked-units.ts'
import { entryOf, type Reservation } from './reservation.ts'
import { chooseUnits, moveUnits } from './reservation-units.ts'
import { takeSerials } from './serial.ts'
import { book, lockBalances } from './stock.ts'
import { findStops, insertTasks } from './wave.ts'

export interface Pick {
  taskId: string
  qty: number
  serials?: readonly string[] | undefined
  /** Bin and lot that the units really came from, where they differ from the task's. */
  location?: string | undefined
  lot?: string | undefined
  actor: string
}

/**
 * Takes units from their bin for the task's order.
 *
 * @throws {BusinessError} not_found; invalid_transition; conflict for a lot that may not be shipped; insufficient_stock
 * when the bin holds fewer; invalid_argument for more than the task asks for, or serial numbers that do not fit
 */
export async function confirmPick(db: Kysely<Tables>, pick: Pick): Promise<PickTask> {
  const { qty, serials = [], actor } = pick
  const task = await lockTask(db, pick.taskId)
  if (qty > remaining(task)) throw tooMany(task, qty)
  const place = pick.location ?? task.location
  const lot = pick.lot ?? (place === task.location ? task.lot : undefined)
  const movements = await book(db, [
    {
      sku: task.sku,
      warehouse: task.warehouse_id,
      kind: 'pick',
      from: 'reserved',
      to: 'picked',
      qty,
      takeFrom: place,
      lot,
      cause: { type: 'order', id: task.order_ref },
      actor,
    },
  ])
  for (const movement of movements) await requireSoundLot(db, task.sku, movement.lot)
  await takeSerials(db, await requireSku(db, task.sku), task.order_ref, qty, serials)
  await notePicked(db, task.order_ref, movements)
  await moveUnits(db, chooseUnits(await allocatedTo(db, task), qty), 'picked')
  const after = await progressTask(db, task, { picked: qty })
  await reportPicked(db, after)
  return after
}

export interface Shortage {
  task: PickTask
  /** Tasks for the same units in other bins of the warehouse. */
  replacements: PickTask[]
  /** Units that the warehouse cannot replace; the order has lost them here, and the order process finds a way. */
  short: number
}

/**
 * Notes that units are not in their bin. They leave sale until a count finds them, and other bins of the warehouse
 * replace them as far as they can; the rest of the claim is given up.
 *
 * @throws {BusinessError} not_found; invalid_transition; invalid_argument for more than the task still asks for
 */
export async function reportShortPick(
  db: Kysely<Tables>,
  { taskId, qty: wanted, actor }: { taskId: string; qty?: number | undefined; actor: string },
): Promise<Shortage> {
  const task = await lockTask(db, taskId)
  const missing = wanted ?? remaining(task)
  if (missing > remaining(task)) throw tooMany(task, missing)
  const { order_ref: orderRef, sku, warehouse_id: warehouse } = task
  const after = await progressTask(db, task, { short: missing })
  const [balance] = await lockBalances(db, [{ sku, warehouse }])
  const replaceable = Math.min(missing, balance?.available ?? 0)
  const given = await giveUp(db, task, missing - replaceable, actor)
  await bookMissing(db, task, missing, actor)
  const demand = { orderRef, sku, warehouse, qty: replaceable }
  const { stops, unplanned } = replaceable > 0 ? await findStops(db, [demand]) : { stops: [], unplanned: [] }
  const more = await giveUp(
    db,
    task,
    unplanned.reduce((sum, { qty }) => sum + qty, 0),
    actor,
  )
  const replacements = await insertTasks(db, task.wave_id, stops, 'open')
  const short = given + more
  if (short > 0)
    await report(db, 'stock.short.v1', orderRef, { order_ref: orderRef, warehouse, lines: [{ sku, qty: short }] })
  await reportPicked(db, after)
  return { task: after, replacements, short }
}

/** Takes units from sale that the books have in the task's bin and nobody finds there. */
async function bookMissing(db: Kysely<Tables>, task: PickTask, missing: number, actor: string): Promise<void> {
  const { order_ref, sku, warehouse_id: warehouse, location, lot } = task
  const bins = await readBins(db, [{ sku, warehouse }])
  const onTheBooks = bins.find((bin) => bin.location === location && bin.lot === lot)?.qty ?? 0
  const qty = Math.min(missing, onTheBooks)
  if (qty === 0) return
  const move = { kind: 'quarantine', from: 'available', to: 'quarantined', takeFrom: location, putTo: MISSING } as const
  const cause = { type: 'order', id: order_ref } as const
  await book(db, [{ ...move, sku, warehouse, lot, qty, cause, actor, reason: `not found in ${location}` }])
}

/** Ends the order's claim on units that it has not got; returns how many. */
async function giveUp(db: Kysely<Tables>, task: PickTask, qty: number, actor: string): Promise<number> {
  if (qty === 0) return 0
  const moves = chooseUnits(await allocatedTo(db, task), qty)
  await book(
    db,
    moves.map(({ reservation, qty }) => ({ ...entryOf({ ...reservation, qty }, 'release', actor), reason: 'short' })),
  )
  await moveUnits(db, moves, 'released')
  return qty
}

function allocatedTo(db: Kysely<Tables>, { order_ref, sku, warehouse_id }: PickTask): Promise<Reservation[]> {
  return db
    .selectFrom('reservation')
    .selectAll()
    .where('order_ref', '=', order_ref)
    .where('sku', '=', sku)
    .where('warehouse_id', '=', warehouse_id)
    .where('state', '=', 'allocated')
    .forUpdate()
    .execute()
}

/** Once an order has nothing left to pick in a warehouse, what is picked there is told. */
async function reportPicked(db: Kysely<Tables>, { order_ref, warehouse_id }: PickTask): Promise<void> {
  const { rows } = await sql<{ sku: string; state: 'allocated' | 'picked'; qty: number }>`
    select sku, state, sum(qty)::integer as qty from reservation
    where order_ref = ${order_ref} and warehouse_id = ${warehouse_id} and state in ('allocated', 'picked')
    group by sku, state order by sku`.execute(db)
  const lines = rows.filter(({ state }) => state === 'picked').map(({ sku, qty }) => ({ sku, qty }))
  if (lines.length === 0 || lines.length < rows.length) return
  await report(db, 'stock.picked.v1', order_ref, { order_ref, warehouse: warehouse_id, lines })
}

function tooMany(task: PickTask, qty: number): BusinessError {
  return new BusinessError('invalid_argument', `Task ${task.id} asks for ${remaining(task)} more units, not ${qty}.`, {
    details: { qty: task.qty, picked_qty: task.picked_qty, short_qty: task.short_qty },
  })
}
