import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../src/database-tables.ts'
import { differences, makePlaces, openDatabase, stock } from './inventory.ts'
import { refusable, SKUS, step, WAREHOUSES } from './stock-steps.ts'

describe('the stock ledger', () => {
  let opened: Awaited<ReturnType<typeof openDatabase>>
  let db: Kysely<Tables>
  before(async () => {
    opened = await openDatabase()
    db = opened.db
    await makePlaces(db, SKUS, WAREHOUSES)
    await stock(
      db,
      SKUS.map((sku) => ({ sku, warehouse: 'LW-1', qty: 60 })),
    )
  })
  after(() => opened.database.drop())

  it('proves every balance after any sequence of changes, and no bucket is ever negative', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 40 }), async (steps) => {
        for (const take of steps) await refusable(() => db.transaction().execute(take))
        assert.deepEqual(await differences(db), [])
      }),
      { numRuns: 30 },
    )
    const { rows } = await sql`select 1 from stock_balance
      where least(on_hand, available, reserved, picked, quarantined, damaged, incoming) < 0`.execute(db)
    assert.equal(rows.length, 0)
  })

  it('stays right when changes run at the same time', async () => {
    const many = fc.sample(step, { numRuns: 300, seed: 7 })
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
