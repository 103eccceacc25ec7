import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { dayOf, daysAfter } from '@backroom/calendar'
import { BusinessError } from '@backroom/mcp-service'
import type { Steps } from '@backroom/workflows'
import type { Tables } from '../src/database-tables.ts'
import { refreshDemand } from '../src/demand-refresh.ts'
import { type Inventory, makePlaces, openInventory, stock } from './inventory.ts'

type Feed = { items: Record<string, unknown>[]; next_cursor?: string }

describe('demand from the orders feed', () => {
  let inventory: Inventory
  before(async () => {
    inventory = await openInventory({ demo: false })
    await makePlaces(inventory.db, ['DEM-1', 'DEM-2'], ['DW-1'])
    await stock(inventory.db, [{ sku: 'DEM-1', warehouse: 'DW-1', qty: 5 }])
    await inventory.db
      .insertInto('demand_state')
      .values({ through: daysAfter(dayOf(), -4) })
      .execute()
  })
  after(() => inventory.close())

  /** The order process as the steps of a workflow see it. */
  const steps = (answer: (args: Record<string, unknown>) => Feed): Pick<Steps<Tables>, 'transaction' | 'call'> => ({
    transaction: (_, work) => inventory.db.transaction().execute(work),
    call: async <T>(_: string, domain: string, tool: string, args: Record<string, unknown>) => {
      assert.deepEqual([domain, tool], ['oms', 'get_demand'])
      return answer(args) as T
    },
  })
  const away = () => {
    throw new BusinessError('unavailable', 'Orders does not answer.', { retryAfterMs: 1 })
  }
  const forecast = async () => (await inventory.account().call('forecast_demand', { sku: 'DEM-1' })).body
  const rowOf = (sku: string, daysAgo: number, qty: number, warehouse = 'DW-1') => ({
    sku,
    warehouse,
    day: daysAfter(dayOf(), -daysAgo),
    qty,
  })

  it('may be old: everything works without the order process, and says how old', async () => {
    await assert.rejects(refreshDemand(steps(away)), BusinessError)
    const old = await forecast()
    assert.deepEqual([old.demand_through, old.demand_age_days], [daysAfter(dayOf(), -4), 3])
    const result = await inventory.account().mcp('tools/call', { name: 'list_low_stock', arguments: {} })
    assert.match(result.content[0].text, /demand is known up to/)
    const plan = await inventory.account().call('suggest_reorders', {})
    assert.deepEqual([plan.status, plan.body.demand_age_days], [200, 3])
    const reserved = await inventory
      .account()
      .call('reserve_stock', { order_ref: 'alone', lines: [{ sku: 'DEM-1', qty: 1 }] })
    assert.equal(reserved.status, 200)
  })

  it('is read page by page for the days that have ended since, once', async () => {
    const asked: Record<string, unknown>[] = []
    const pages: Record<string, Feed> = {
      first: { items: [rowOf('DEM-1', 4, 90), rowOf('DEM-1', 3, 2), rowOf('DEM-1', 0, 50)], next_cursor: 'second' },
      second: { items: [rowOf('DEM-1', 1, 7), rowOf('DEM-2', 2, 3), rowOf('NONE-1', 2, 3), rowOf('DEM-2', 2, 3, '')] },
    }
    const oms = steps((args) => {
      asked.push(args)
      return pages[String(args.cursor ?? 'first')] as Feed
    })
    await refreshDemand(oms)
    await refreshDemand(oms)
    assert.deepEqual(
      asked.map(({ days, cursor }) => [days, cursor]),
      [
        [4, undefined],
        [4, 'second'],
      ],
    )
    const rows = await inventory.db
      .selectFrom('demand_daily')
      .select(['sku', 'day', 'ordered_qty'])
      .orderBy('sku')
      .orderBy('day')
      .execute()
    assert.deepEqual(rows, [
      { sku: 'DEM-1', day: daysAfter(dayOf(), -3), ordered_qty: 2 },
      { sku: 'DEM-1', day: daysAfter(dayOf(), -1), ordered_qty: 7 },
      { sku: 'DEM-2', day: daysAfter(dayOf(), -2), ordered_qty: 3 },
    ])
    const fresh = await forecast()
    assert.deepEqual([fresh.demand_through, fresh.demand_age_days], [daysAfter(dayOf(), -1), 0])
  })
})
