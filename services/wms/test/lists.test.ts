import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { type Inventory, openInventory } from './inventory.ts'

interface Paged {
  items: Record<string, unknown>[]
  next_cursor?: string
}

describe('lists', () => {
  let inventory: Inventory
  before(async () => {
    inventory = await openInventory()
  })
  after(() => inventory.close())

  const walk = async (read: (cursor: string | undefined) => Promise<Paged>, keyOf: (item: never) => unknown) => {
    const keys: unknown[] = []
    let cursor: string | undefined
    do {
      const page = await read(cursor)
      keys.push(...page.items.map((item) => keyOf(item as never)))
      cursor = page.next_cursor
    } while (cursor)
    return keys
  }
  const limits = fc.integer({ min: 7, max: 100 })

  /** Tool, its arguments, and what identifies a row. */
  const lists: [string, Record<string, unknown>, (item: Record<string, unknown>) => unknown][] = [
    ['list_purchase_orders', {}, ({ po_number }) => po_number],
    ['list_purchase_orders', { status: 'closed', warehouse: 'WH-2' }, ({ po_number }) => po_number],
    ['list_low_stock', {}, ({ sku, warehouse }) => `${sku} ${warehouse}`],
    ['get_stock_history', { sku: 'CAT-1001', kinds: ['ship', 'receive'] }, ({ movement_id }) => movement_id],
  ]
  for (const [tool, args, keyOf] of lists) {
    it(`${tool} ${JSON.stringify(args)} shows every row exactly once, whatever the page size`, async () => {
      const all = (limit: number) =>
        walk(async (cursor) => (await inventory.account().call(tool, { ...args, limit, cursor })).body, keyOf)
      const whole = await all(100)
      assert.ok(whole.length > 15, `${whole.length} rows`)
      assert.equal(new Set(whole).size, whole.length)
      await fc.assert(
        fc.asyncProperty(limits, async (limit) => assert.deepEqual(await all(limit), whole)),
        { numRuns: 3 },
      )
    })
  }

  it('the stock of a warehouse shows every SKU exactly once by following next', async () => {
    const keys: string[] = []
    let uri: string | undefined = 'inventory://warehouse/WH-1/stock'
    while (uri) {
      const { contents } = await inventory.account().mcp('resources/read', { uri })
      const page = JSON.parse(contents[0].text)
      keys.push(...page.items.map(({ sku }: { sku: string }) => sku))
      uri = page.next
    }
    const stocked = await inventory.db
      .selectFrom('stock_balance')
      .select('sku')
      .where('warehouse_id', '=', 'WH-1')
      .execute()
    assert.deepEqual(keys, stocked.map(({ sku }) => sku).sort())
  })

  it('refuses a cursor of another list', async () => {
    const { body } = await inventory.account().call('list_low_stock', { limit: 1 })
    const foreign = await inventory.account().call('get_stock_history', { sku: 'CAT-1001', cursor: body.next_cursor })
    assert.equal(foreign.body.code, 'invalid_argument')
  })

  it('suggests for low stock a quantity that the supplier delivers, and says why', async () => {
    const { body } = await inventory.account().call('list_low_stock', { verbosity: 'full', limit: 100 })
    for (const { available, reorder_point, why, suggested_qty, incoming, in_transit } of body.items) {
      assert.ok(available < reorder_point)
      assert.match(why, /below the reorder point/)
      assert.ok(suggested_qty > 0 || incoming + in_transit > 0)
    }
    assert.match(body.demand_through, /^\d{4}-\d\d-\d\d$/)
  })

  it('forecasts what the weekdays sold', async () => {
    const { body } = await inventory.account().call('forecast_demand', { sku: 'CAT-1001', horizon_days: 7 })
    assert.equal(body.method, 'weekday_mean')
    assert.equal(body.days.length, 7)
    assert.ok(Math.abs(body.total - 7 * body.mean_per_day) < 0.2, 'a week of weekdays is seven mean days')
  })
})
