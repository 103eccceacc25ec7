import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { dayOf, daysAfter } from '@backroom/calendar'
import { demoOrders } from '@backroom/demo-data'
import fc from 'fast-check'
import { recordEvent } from '../src/timeline.ts'
import { lineOf, type Orders, openOrders, place } from './orders.ts'

interface Row {
  [name: string]: unknown
}

describe('lists of orders', () => {
  let orders: Orders
  const demo = demoOrders(new Date())
  before(async () => {
    orders = await openOrders()
  })
  after(() => orders.close())

  const walk = async (tool: string, args: Row, keyOf: (row: Row) => unknown, limit: number) => {
    const keys: unknown[] = []
    let cursor: string | undefined
    do {
      const { body } = await orders.account('ops').call(tool, { ...args, limit, ...(cursor ? { cursor } : {}) })
      assert.ok(body.items, JSON.stringify(body))
      keys.push(...body.items.map(keyOf))
      cursor = body.next_cursor
    } while (cursor)
    return keys
  }
  const find = async (args: Row) => walk('search_orders', args, ({ number }) => number, 100)
  const numbers = (which: (order: (typeof demo)[number]) => boolean) =>
    demo
      .filter(which)
      .sort((a, b) => +b.placedAt - +a.placedAt || (a.orderId < b.orderId ? 1 : -1))
      .map(({ number }) => number)

  const popular = demo.flatMap(({ lines }) => lines)[0]?.sku ?? ''
  const lists: [string, Row, (row: Row) => unknown][] = [
    ['search_orders', {}, ({ number }) => number],
    ['search_orders', { status: 'completed' }, ({ number }) => number],
    ['search_orders', { customer: 'cust-003', verbosity: 'full' }, ({ number }) => number],
    ['search_orders', { query: 'demo' }, ({ number }) => number],
    ['list_upcoming_orders', {}, ({ number }) => number],
    ['list_upcoming_orders', { warehouse: 'WH-2' }, ({ number }) => number],
    ['get_demand', { days: 42, group_by: ['sku', 'day'] }, ({ sku, day }) => `${sku} ${day}`],
    ['get_demand', { days: 42, group_by: ['sku', 'warehouse', 'day'], order_by: 'key' }, (row) => JSON.stringify(row)],
    ['get_order_timeline', { order_id: demo[0]?.orderId }, (row) => JSON.stringify(row)],
  ]
  for (const [tool, args, keyOf] of lists) {
    it(`${tool} ${JSON.stringify(args)} shows every row exactly once, whatever the page size`, async () => {
      const whole = await walk(tool, args, keyOf, 100)
      assert.ok(whole.length > 3, `${whole.length} rows`)
      assert.equal(new Set(whole).size, whole.length)
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 10, max: 60 }), async (limit) =>
          assert.deepEqual(await walk(tool, args, keyOf, limit), whole),
        ),
        { numRuns: 2 },
      )
    })
  }

  it('finds what it is asked for, newest first', async () => {
    assert.deepEqual(
      await find({}),
      numbers(() => true),
    )
    assert.deepEqual(
      await find({ status: 'cancelled' }),
      numbers(({ status }) => status === 'cancelled'),
    )
    assert.deepEqual(
      await find({ customer: 'cust-004' }),
      numbers(({ customer }) => customer.customerId === 'cust-004'),
    )
    const withSku = numbers(({ lines }) => lines.some(({ sku }) => sku === popular))
    assert.deepEqual(await find({ sku: popular }), withSku)
    const both = numbers(
      ({ lines, customer }) => lines.some(({ sku }) => sku === popular) && customer.customerId === 'cust-001',
    )
    assert.deepEqual(await find({ sku: popular, customer: 'cust-001' }), both)
    const day = daysAfter(dayOf(), -10)
    const thatDay = numbers(({ placedAt }) => dayOf(placedAt) === day)
    assert.ok(thatDay.length > 0)
    assert.deepEqual(await find({ placed_from: day, placed_to: day }), thatDay)
  })

  it('finds orders by number, checkout, e-mail and either name, by their beginnings and in any case', async () => {
    const [some] = demo
    assert.ok(some)
    assert.deepEqual(await find({ query: some.number.toLowerCase() }), [some.number])
    assert.deepEqual(await find({ query: some.orderId }), [some.number])
    assert.deepEqual(await find({ query: some.checkoutId }), [some.number])
    const own = numbers(({ customer }) => customer === some.customer)
    const [firstName = '', familyName = ''] = some.customer.name.split(' ')
    for (const query of [
      some.customer.email,
      firstName.slice(0, 3),
      familyName.toUpperCase(),
      some.customer.customerId,
    ])
      assert.deepEqual(await find({ query }), own, query)
    assert.deepEqual(await find({ query: '%' }), [])
    assert.deepEqual(await find({ query: "o'hara; drop table orders" }), [])
  })

  it('shows an order with two lines of a SKU once', async () => {
    const { number } = await place(orders.db, [lineOf('TWICE', 1), lineOf('OTHER', 1), lineOf('TWICE', 2)])
    assert.deepEqual(await find({ sku: 'TWICE' }), [number])
  })

  it('finds what is on hold, disputed, backordered and late', async () => {
    const staff = orders.account('ops')
    const flagged = await place(orders.db, [lineOf('FLAG', 1)])
    await staff.call('place_hold', { order_id: flagged.number, kind: 'manual', reason: 'look at it' })
    await orders.db
      .updateTable('orders')
      .set({ dispute_open: true, backordered: true })
      .where('id', '=', flagged.id)
      .execute()
    for (const flag of ['on_hold', 'disputed', 'backordered'])
      assert.deepEqual(await find({ flags: [flag] }), [flagged.number], flag)
    const late = await find({ flags: ['late'] })
    const { body } = await staff.call('list_upcoming_orders', { limit: 100 })
    const upcoming = body.items.filter(({ sla_risk }: Row) => sla_risk === 'late').map(({ number }: Row) => number)
    assert.deepEqual([...late].sort(), upcoming.sort())
  })

  it('lists what has to leave by its due moment, with its risk and the reason', async () => {
    const { body } = await orders.account('warehouse').call('list_upcoming_orders', { limit: 100 })
    const open = demo.filter(({ status, shippedAt }) => status === 'processing' && shippedAt === null)
    assert.equal(body.items.length, open.length)
    const dues = body.items.map(({ ship_by }: Row) => ship_by)
    assert.deepEqual(dues, [...dues].sort())
    for (const row of body.items) {
      assert.ok(row.units_to_ship > 0 && row.warehouses.length === 1 && row.why.length > 10)
      assert.equal(row.sla_risk === 'late', Date.parse(row.ship_by) < Date.now())
    }
    const west = await orders.account('ops').call('list_upcoming_orders', { region: 'west', limit: 100 })
    for (const row of west.body.items) assert.equal(row.region, 'west')
    const soon = await orders.account('ops').call('list_upcoming_orders', { due_before: daysAfter(dayOf(), -30) })
    assert.deepEqual(soon.body.items, [])
  })

  it('counts demand as the orders have it, less what was cancelled', async () => {
    const from = daysAfter(dayOf(), -6)
    const sold = new Map<string, number>()
    for (const { lines, placedAt, status } of demo) {
      if (dayOf(placedAt) < from || status === 'cancelled') continue
      for (const { sku, quantity } of lines) sold.set(sku, (sold.get(sku) ?? 0) + quantity)
    }
    const skus = [...sold.keys()].slice(0, 50)
    const { body } = await orders.account('buyer').call('get_demand', { skus, limit: 100 })
    for (const { sku, qty, share } of body.items as { sku: string; qty: number; share: number }[]) {
      assert.equal(qty, sold.get(sku), sku)
      assert.ok(Math.abs(share - qty / body.total_qty) < 0.001)
    }
    assert.equal(body.items.length, skus.length)
    const regions = (await orders.account('ops').call('get_demand', { group_by: ['region'] })).body
    const sum = regions.items.reduce((all: number, { qty }: Row) => all + Number(qty), 0)
    assert.equal(sum, regions.total_qty)
    assert.ok(regions.items.some(({ region }: Row) => region === 'west'))
  })

  it('tells the history of an order by when things happened, however late they were reported', async () => {
    const shipped = demo.find(({ deliveredAt }) => deliveredAt)
    assert.ok(shipped)
    const between = new Date(+shipped.placedAt + 60_000)
    await recordEvent(orders.db, {
      orderId: shipped.orderId,
      type: 'stock.picked',
      source: 'inventory',
      actor: 'inventory',
      occurredAt: between,
    })
    const { body } = await orders.account('ops').call('get_order_timeline', { order_id: shipped.number, limit: 100 })
    const types = body.items.map(({ type }: Row) => type)
    assert.equal(types[0], 'order.placed')
    assert.ok(types.indexOf('fulfillment.requested') < types.indexOf('stock.picked'))
    assert.ok(types.indexOf('stock.picked') < types.indexOf('stock.shipped'))
    assert.ok(types.indexOf('stock.shipped') < types.indexOf('payment.captured'))
  })
})
