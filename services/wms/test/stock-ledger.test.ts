import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { BusinessError } from '@backroom/mcp-service'
import fc from 'fast-check'
import { type Kysely, sql } from 'kysely'
import { adjustStock, quarantineStock, releaseQuarantine } from '../src/adjustment.ts'
import type { Tables } from '../src/database-tables.ts'
import { cancelPurchaseOrder, placePurchaseOrder } from '../src/purchase-order.ts'
import { receiveGoods } from '../src/receiving.ts'
import { expireDue, extendReservations, releaseReservations } from '../src/reservation.ts'
import { reserveAll } from '../src/reserving.ts'
import { differences, makePlaces, openDatabase, stock } from './inventory.ts'

const SKUS = ['A', 'B', 'C'].map((letter) => `LEDGER-${letter}`)
const WAREHOUSES = ['LW-1', 'LW-2']

type Step = (db: Kysely<Tables>) => Promise<unknown>

const sku = fc.constantFrom(...SKUS)
const warehouse = fc.constantFrom(...WAREHOUSES)
const units = fc.integer({ min: 1, max: 12 })
const order = fc.constantFrom('o1', 'o2', 'o3', 'o4')
const actor = 'test'

/** Anything that can happen to stock, with arguments that are often too large for it. */
const step: fc.Arbitrary<Step> = fc.oneof(
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
        releaseReservations(db, ref, actor),
  ),
  order.map(
    (ref): Step =>
      (db) =>
        extendReservations(db, ref),
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

describe('the stock ledger', () => {
  let opened: Awaited<ReturnType<typeof openDatabase>>
  let db: Kysely<Tables>
  before(async () => {
    opened = await openDatabase()
    db = opened.db
    await makePlaces(db, SKUS, WAREHOUSES)
    await stock(
      db,
      SKUS.map((sku) => ({ sku, warehouse: 'LW-1', qty: 20 })),
    )
  })
  after(() => opened.database.drop())

  it('proves every balance after any sequence of changes, and no bucket is ever negative', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 15 }), async (steps) => {
        for (const take of steps) await refusable(() => db.transaction().execute(take))
        assert.deepEqual(await differences(db), [])
      }),
      { numRuns: 25 },
    )
    const { rows } = await sql`select 1 from stock_balance
      where least(on_hand, available, reserved, picked, quarantined, damaged, incoming) < 0`.execute(db)
    assert.equal(rows.length, 0)
    const { moved } = await db
      .selectFrom('movement')
      .select((of) => of.fn.countAll<number>().as('moved'))
      .executeTakeFirstOrThrow()
    assert.ok(moved > 30, `${moved} movements`)
  })

  it('stays right when changes run at the same time', async () => {
    const many = fc.sample(step, { numRuns: 150, seed: 7 })
    const worker = async () => {
      for (let take = many.pop(); take; take = many.pop()) await refusable(() => db.transaction().execute(take))
    }
    await Promise.all(Array.from({ length: 8 }, worker))
    assert.deepEqual(await differences(db), [])
  })

  it('lists a SKU as low exactly while it is below its reorder point', async () => {
    await db.updateTable('stock_balance').set({ reorder_point: 15 }).execute()
    for (const take of fc.sample(step, { numRuns: 60, seed: 11 })) await refusable(() => db.transaction().execute(take))
    const listed = await db
      .selectFrom('low_stock')
      .select(['sku', 'warehouse_id'])
      .orderBy('sku')
      .orderBy('warehouse_id')
      .execute()
    const low = await db
      .selectFrom('stock_balance')
      .select(['sku', 'warehouse_id'])
      .whereRef('available', '<', 'reorder_point')
      .orderBy('sku')
      .orderBy('warehouse_id')
      .execute()
    assert.deepEqual(listed, low)
  })

  it('runs the units on hand along the movements of a place', async () => {
    const { rows } = await sql`
      select 1 from (
        select balance_after, sum(case when from_bucket = 'outside' then qty when to_bucket = 'outside' then -qty else 0 end)
          over (partition by sku, warehouse_id order by id) as running from movement) m
      where balance_after <> running`.execute(db)
    assert.equal(rows.length, 0)
  })

  it('lets the service neither change nor remove what is booked', async () => {
    const refused = { code: '42501' }
    await assert.rejects(db.updateTable('movement').set({ qty: 1 }).execute(), refused)
    await assert.rejects(db.deleteFrom('movement').execute(), refused)
    const { rows } = await sql<{ part: string }>`
      select inhrelid::regclass::text as part from pg_inherits where inhparent = 'movement'::regclass`.execute(db)
    assert.ok(rows.length > 3)
    for (const { part } of rows) await assert.rejects(sql`delete from ${sql.table(part)}`.execute(db), refused)
  })
})

/** Refusals are part of the game; anything else is a bug. */
async function refusable(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof BusinessError)) throw error
  }
}
