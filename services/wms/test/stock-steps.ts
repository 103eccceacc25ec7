import { BusinessError } from '@backroom/mcp-service'
import fc from 'fast-check'
import { type Kysely, sql } from 'kysely'
import { adjustStock, quarantineStock, releaseQuarantine } from '../src/adjustment.ts'
import { allocateReservations } from '../src/allocating.ts'
import { decideCount, submitCount } from '../src/count-result.ts'
import { linesOf, lockCount, startCount } from '../src/cycle-count.ts'
import type { Tables } from '../src/database-tables.ts'
import { quarantineExpired } from '../src/expired-lots.ts'
import { handOver } from '../src/handing-over.ts'
import { packShipment } from '../src/packing.ts'
import { looseUnits } from '../src/picked-units.ts'
import { confirmPick, reportShortPick } from '../src/picking.ts'
import { cancelPurchaseOrder, placePurchaseOrder } from '../src/purchase-order.ts'
import { receiveGoods } from '../src/receiving.ts'
import { releaseReservations } from '../src/releasing.ts'
import { expireDue, extendReservations } from '../src/reservation.ts'
import { reserveAll } from '../src/reserving.ts'
import { restockReturn } from '../src/restocking.ts'
import { createTransfer, readTransfer, shipTransfer } from '../src/transfer.ts'
import { cancelTransfer, receiveTransfer } from '../src/transfer-end.ts'
import { createWave } from '../src/wave.ts'

export const SKUS = ['A', 'B', 'C'].map((letter) => `LEDGER-${letter}`)
export const WAREHOUSES = ['LW-1', 'LW-2']

export type Step = (db: Kysely<Tables>) => Promise<unknown>

const sku = fc.constantFrom(...SKUS)
const warehouse = fc.constantFrom(...WAREHOUSES)
const units = fc.integer({ min: 1, max: 12 })
const order = fc.constantFrom('o1', 'o2', 'o3', 'o4')
const actor = 'test'

const stockStep: fc.Arbitrary<Step> = fc.oneof(
  fc
    .record({
      orderRef: order,
      lines: fc.array(fc.record({ sku, qty: units }), { minLength: 1, maxLength: 3 }),
      allowSplit: fc.boolean(),
    })
    .map(
      (request): Step =>
        (db) =>
          reserveAll(db, [{ ...request, ttlSeconds: 600, actor }]),
    ),
  order.map(
    (ref): Step =>
      (db) =>
        releaseReservations(db, ref, { actor }),
  ),
  order.map(
    (ref): Step =>
      (db) =>
        extendReservations(db, ref, 600),
  ),
  order.map(
    (ref): Step =>
      async (db) => {
        await sql`update reservation set expires_at = now() - interval '1 second'
      where id = (select min(id) from reservation where order_ref = ${ref} and state = 'held')`.execute(db)
      },
  ),
  fc.constant<Step>((db) => expireDue(db)),
  fc.record({ sku, warehouse, delta: fc.integer({ min: -12, max: 12 }).filter((delta) => delta !== 0) }).map(
    (args): Step =>
      (db) =>
        adjustStock(db, { ...args, reason: 'count_correction', actor }),
  ),
  fc.record({ sku, warehouse, qty: units }).map(
    (args): Step =>
      (db) =>
        quarantineStock(db, { ...args, reason: 'look at it', actor }),
  ),
  fc.record({ sku, warehouse, qty: units }).map(
    (args): Step =>
      (db) =>
        releaseQuarantine(db, { ...args, reason: 'fine', actor }),
  ),
  fc.record({ sku, warehouse, quantity: units, arrived: fc.array(units, { maxLength: 2 }), damaged: fc.nat(2) }).map(
    ({ arrived, damaged, ...reorder }): Step =>
      async (db) => {
        const { number } = await placePurchaseOrder(db, { ...reorder, actor })
        for (const qty of arrived) {
          const arrival = { sku: reorder.sku, qty, damaged: Math.min(damaged, qty) }
          await receiveGoods(db, { number }, [arrival], actor)
        }
        if (arrived.length === 0) await cancelPurchaseOrder(db, number, 'changed our mind')
      },
  ),
)

const nth = fc.nat(30)

/** One of the rows of a table that can still change; undefined where there is none. */
async function pickOne(
  db: Kysely<Tables>,
  table: 'pick_task' | 'transfer' | 'cycle_count',
  at: number,
): Promise<string> {
  const open = {
    pick_task: sql`status in ('open', 'assigned', 'picking')`,
    transfer: sql`ended_at is null`,
    cycle_count: sql`ended_at is null`,
  }[table]
  const { rows } = await sql<{ id: string }>`select id from ${sql.table(table)} where ${open} order by id`.execute(db)
  return rows[at % Math.max(1, rows.length)]?.id ?? 'none'
}

const fulfilStep: fc.Arbitrary<Step> = fc.oneof(
  order.map(
    (ref): Step =>
      (db) =>
        allocateReservations(db, ref, `ord-${ref}`),
  ),
  fc.record({ warehouse, maxOrders: fc.integer({ min: 1, max: 3 }) }).map(
    (request): Step =>
      (db) =>
        createWave(db, { ...request, actor }),
  ),
  fc.record({ at: nth, qty: units }).map(
    ({ at, qty }): Step =>
      async (db) =>
        confirmPick(db, { taskId: await pickOne(db, 'pick_task', at), qty, actor }),
  ),
  fc.record({ at: nth, qty: fc.option(units, { nil: undefined }) }).map(
    ({ at, qty }): Step =>
      async (db) =>
        reportShortPick(db, { taskId: await pickOne(db, 'pick_task', at), qty, actor }),
  ),
  fc.record({ ref: order, share: fc.integer({ min: 1, max: 3 }), warehouse }).map(
    ({ ref, share, warehouse }): Step =>
      async (db) => {
        const loose = (await looseUnits(db, `ord-${ref}`)).filter((row) => row.warehouse_id === warehouse)
        const lines = loose.map(({ sku, qty }) => ({ sku, qty: Math.ceil(qty / share) }))
        return packShipment(db, { orderRef: `ord-${ref}`, warehouse, cartons: [{ lines }], actor })
      },
  ),
  order.map(
    (ref): Step =>
      (db) =>
        handOver(db, { orderRef: `ord-${ref}`, actor }),
  ),
  fc
    .record({
      ref: order,
      lines: fc.option(fc.array(fc.record({ sku, qty: units }), { minLength: 1 }), { nil: undefined }),
    })
    .map(
      ({ ref, lines }): Step =>
        (db) =>
          releaseReservations(db, `ord-${ref}`, { lines, actor }),
    ),
)

const floorStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ sku, qty: units, back: fc.boolean() }).map(
    ({ back, ...line }): Step =>
      (db) => {
        const [from, to] = back ? WAREHOUSES.toReversed() : WAREHOUSES
        return createTransfer(db, { from: from ?? '', to: to ?? '', lines: [line], actor })
      },
  ),
  nth.map(
    (at): Step =>
      async (db) =>
        shipTransfer(db, await pickOne(db, 'transfer', at), actor),
  ),
  fc.record({ at: nth, less: fc.integer({ min: -1, max: 4 }), damaged: fc.nat(2), final: fc.boolean() }).map(
    ({ at, less, damaged, final }): Step =>
      async (db) => {
        const { id, lines } = await readTransfer(db, await pickOne(db, 'transfer', at))
        const arrivals = lines.map(({ sku, qty }) => ({
          sku,
          qty: Math.max(1, qty - less),
          damaged: Math.min(damaged, 1),
        }))
        return receiveTransfer(db, id, { arrivals, final, actor })
      },
  ),
  fc.record({ at: nth, inTransit: fc.constantFrom(undefined, 'return_to_source' as const, 'write_off' as const) }).map(
    ({ at, inTransit }): Step =>
      async (db) =>
        cancelTransfer(db, await pickOne(db, 'transfer', at), { reason: 'changed', inTransit, actor }),
  ),
  fc.record({ warehouse, sku }).map(
    ({ warehouse, sku }): Step =>
      (db) =>
        startCount(db, { warehouse, skus: [sku], blind: true, actor }),
  ),
  fc.record({ at: nth, off: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1 }) }).map(
    ({ at, off }): Step =>
      async (db) => {
        const count = await lockCount(db, await pickOne(db, 'cycle_count', at))
        const { rows: bins } = await sql<{ sku: string; location: string; lot: string; qty: number }>`
          select * from stock_bin where warehouse_id = ${count.warehouse_id}`.execute(db)
        const lines = (await linesOf(db, count)).filter(({ round }) => round === count.round)
        const counted = lines.map(({ location, sku, lot }, index) => {
          const bin = bins.find((one) => one.sku === sku && one.location === location && one.lot === lot)
          return { location, sku, lot, counted: Math.max(0, (bin?.qty ?? 0) + (off[index % off.length] ?? 0)) }
        })
        return submitCount(db, count.id, { lines: counted, actor })
      },
  ),
  fc.record({ at: nth, decision: fc.constantFrom('post' as const, 'recount' as const, 'cancel' as const) }).map(
    ({ at, decision }): Step =>
      async (db) =>
        decideCount(db, await pickOne(db, 'cycle_count', at), { decision, actor }),
  ),
  fc
    .record({
      line: nth,
      sku,
      warehouse,
      qty: units,
      disposition: fc.constantFrom('restock' as const, 'scrap' as const),
    })
    .map(
      ({ line, ...goods }): Step =>
        (db) =>
          restockReturn(db, { ...goods, rmaLine: `rma-${line}`, lot: line % 2 ? `LOT-${line % 3}` : undefined, actor }),
    ),
  nth.map(
    (at): Step =>
      (db) =>
        sql`update lot set recall_state = case when recall_state = 'none' then 'recalled' else 'none' end,
          expires_on = case when ${at % 5 === 0}::boolean then '2020-01-01'::date else '2099-01-01'::date end
          where lot_no = ${`LOT-${at % 3}`}`.execute(db),
  ),
  fc.constant<Step>((db) => quarantineExpired(db)),
)

/** Anything that can happen to stock, with arguments that are often too large for it. */
export const step: fc.Arbitrary<Step> = fc.oneof(stockStep, fulfilStep, fulfilStep, floorStep)

/** Refusals are part of the game; anything else is a bug. */
export async function refusable(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof BusinessError)) throw error
  }
}
