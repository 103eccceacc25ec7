import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../src/database-tables.ts'
import { seedDemo } from '../src/seed/demo.ts'
import { differences, openDatabase } from './inventory.ts'

const tables = [
  'sku',
  'stock_balance',
  'movement',
  'reservation',
  'stock_bin',
  'shipment',
  'picked_units',
  'transfer',
  'count_line',
  'purchase_order',
  'receipt_line',
  'demand_daily',
  'low_stock',
] as const

describe('the demo data', () => {
  let opened: Awaited<ReturnType<typeof openDatabase>>
  let db: Kysely<Tables>
  before(async () => {
    opened = await openDatabase()
    db = opened.db
  })
  after(() => opened.database.drop())

  it('is the same whenever it is made on the same day', async () => {
    const first = await printAndUndo(db)
    assert.deepEqual(await printAndUndo(db), first)
    assert.equal(new Set(Object.values(first)).size, tables.length)
  })

  it('has a ledger that proves every balance, and something for everybody to do', async () => {
    await db.transaction().execute(seedDemo)
    assert.deepEqual(await differences(db), [])
    const { rows } = await sql<{ status: string }>`select distinct status from purchase_order order by 1`.execute(db)
    assert.deepEqual(
      rows.map(({ status }) => status),
      ['cancelled', 'closed', 'draft', 'ordered', 'partially_received', 'received'],
    )
    const { rows: low } = await sql<{
      id: string
    }>`select distinct warehouse_id as id from low_stock order by 1`.execute(db)
    assert.deepEqual(
      low.map(({ id }) => id),
      ['WH-1', 'WH-2', 'WH-3'],
    )
  })
})

/** A fingerprint of each table after seeding; nothing of it stays. */
async function printAndUndo(db: Kysely<Tables>): Promise<Record<string, string>> {
  const trx = await db.startTransaction().execute()
  try {
    await seedDemo(trx)
    const prints: Record<string, string> = {}
    for (const table of tables) {
      const { rows } = await sql<{ print: string }>`
        select md5(string_agg(row, ',' order by row)) as print
        from (select (to_jsonb(t) - array['id', 'since'])::text as row from ${sql.table(table)} t) r`.execute(trx)
      prints[table] = rows[0]?.print ?? ''
    }
    return prints
  } finally {
    await trx.rollback().execute()
  }
}
