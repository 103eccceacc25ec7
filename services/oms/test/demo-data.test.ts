import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { demoOrders } from '@backroom/demo-data'
import type { Kysely } from 'kysely'
import type { Tables } from '../src/database-tables.ts'
import { foldDemand } from '../src/demand.ts'
import { readDemand } from '../src/demand-report.ts'
import { getOrder } from '../src/order.ts'
import { describeOrder } from '../src/order-view.ts'
import { seedDemo } from '../src/seed/demo.ts'
import { differences, lineOf, openDatabase, place } from './orders.ts'

describe('the demo orders', () => {
  let opened: Awaited<ReturnType<typeof openDatabase>>
  let db: Kysely<Tables>
  before(async () => {
    opened = await openDatabase()
    db = opened.db
    await db.transaction().execute(seedDemo)
  })
  after(() => opened.database.drop())

  it('prove themselves', async () => {
    assert.deepEqual(await differences(db), [])
  })

  it('are the orders that every other server knows', async () => {
    for (const known of demoOrders(new Date()).slice(-20)) {
      const order = await describeOrder(db, await getOrder(db, known.number))
      assert.equal(order.order_id, known.orderId)
      assert.equal(order.totals.grand_minor, known.totalMinor)
      assert.equal(order.status, known.status)
      assert.equal(order.lines.length, known.lines.length)
      assert.equal(order.shipments.length, known.shippedAt ? 1 : 0)
    }
  })

  it('leave the next number free', async () => {
    const { number } = await place(db, [lineOf('CAT-1001', 1)])
    assert.equal(Number(number.slice(-6)), demoOrders(new Date()).length + 1)
  })

  it('count as demand, before and after the days are folded', async () => {
    const query = { days: 7, groupBy: ['sku'], orderBy: 'qty' } as const
    const before = await readDemand(db, query, { limit: 100 })
    assert.ok(before.total_qty > 10, `${before.total_qty} units`)
    await foldDemand(db)
    const after = await readDemand(db, query, { limit: 100 })
    assert.deepEqual(after.items, before.items)
    assert.deepEqual(await differences(db), [])
  })
})
