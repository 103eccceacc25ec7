import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { demoOrders } from '@backroom/demo-data'
import { type DomainService, startDomainService } from '@backroom/fleet-testing'
import { seedDemo as seedStock } from '../../wms/src/seed/demo.ts'
import { service as wms } from '../../wms/src/service.ts'
import { processes } from '../src/processes.ts'
import { address, differences, type Orders, openOrders } from './orders.ts'

describe('an edit of an order', () => {
  // biome-ignore lint/suspicious/noExplicitAny: the tables of inventory are not this service's business.
  let inventory: DomainService<any>
  let orders: Orders
  /** Goods that are plentiful. */
  let skus: string[]
  before(async () => {
    inventory = await startDomainService({ service: wms, seed: seedStock })
    const environment = { WMS_URL: inventory.address }
    orders = await openOrders({ background: processes, environment, authority: inventory.authority })
    await orders.allow('confirm_order_edit')
    await orders.allow('create_order')
    const stocked = await inventory.db
      .selectFrom('stock_balance')
      .select('sku')
      .where('available', '>=', 8)
      .distinct()
      .orderBy('sku')
      .execute()
    skus = stocked.map(({ sku }) => String(sku))
  })
  after(async () => {
    await orders.close()
    await inventory.stop()
  })

  const goods = (index: number) => skus[index] ?? ''
  const demo = demoOrders(new Date())
  const untouched = demo.filter(({ status, shippedAt }) => status === 'processing' && !shippedAt)

  const detailOf = async (order_id: string) => (await orders.account('ops').call('get_order', { order_id })).body
  const reserved = async (order_ref: string) => {
    const token = inventory.tokenOfService('oms')
    const { body } = await inventory.rest('get_reservation', { order_ref }, { token })
    const live = body.reservations.filter(({ state }: { state: string }) => state === 'allocated' || state === 'picked')
    return Object.fromEntries(live.map(({ sku, qty }: { sku: string; qty: number }) => [sku, qty]))
  }

  /** An order of a person at the phone, with its stock. */
  const phone = async (key: string, lines: [sku: string, qty: number, unit_minor: number][]) => {
    const { status, body } = await orders.account('ops').call('create_order', {
      customer: { customer_id: 'cust-001', name: 'Ada Whitfield' },
      lines: lines.map(([sku, qty, unit_minor]) => ({ sku, qty, unit_minor, title: `Article ${sku}` })),
      ship_to: address,
      idempotency_key: key,
    })
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }

  it('places an order by phone with its stock, which waits for its payment', async () => {
    const order = await phone('phone-1', [[goods(0), 2, 5_000]])
    assert.equal(order.status, 'on_hold')
    assert.deepEqual(
      order.holds.map(({ kind }: { kind: string }) => kind),
      ['payment'],
    )
    assert.equal(order.lines[0].qty_reserved, 2)
    assert.deepEqual(await reserved(order.order_id), { [goods(0)]: 2 })
    assert.equal((await phone('phone-1', [[goods(0), 2, 5_000]])).order_id, order.order_id)
    const none = await orders.account('ops').call('create_order', {
      customer: { customer_id: 'cust-001' },
      lines: [{ sku: goods(0), title: 'Cat', qty: 900_000, unit_minor: 1 }],
      ship_to: address,
      idempotency_key: 'phone-none',
    })
    assert.equal(none.body.code, 'insufficient_stock')
    assert.deepEqual(await differences(orders.db), [])
  })

  it('is worked out first, with price and stock, and changes nothing', async () => {
    const [some] = untouched
    assert.ok(some)
    const before = await detailOf(some.orderId)
    const { order_line_id, qty_current, sku } = before.lines[0]
    const { body } = await orders.account('ops').call('propose_order_edit', {
      order_id: some.number,
      actions: [
        { action: 'set_quantity', order_line_id, qty: qty_current + 2 },
        { action: 'add', sku: goods(1), qty: 1, unit_minor: 1_234 },
      ],
    })
    assert.ok(body.price_delta_minor >= 1_234 && body.needs_payment)
    assert.deepEqual(
      body.additions.map((line: { sku: string; qty: number }) => [line.sku, line.qty]),
      [
        [sku, 2],
        [goods(1), 1],
      ],
    )
    assert.equal(body.stock.known, true)
    assert.ok(body.stock.lines[1].available > 0)
    const refused = await orders.account('ops').call('confirm_order_edit', { change_id: body.change_id })
    assert.equal(refused.body.details.reason, 'needs_customer_authorisation')
    assert.deepEqual(await detailOf(some.orderId), before)
    const alone = await orders.account('ops').call('propose_order_edit', {
      order_id: some.number,
      actions: [{ action: 'add', sku: 'CAT-9999', qty: 1, unit_minor: 1 }],
    })
    assert.equal(alone.body.code, 'not_found', 'inventory does not know the SKU')
  })

  it('swaps goods: stock, lines, entitlements and demand follow, once however often it is confirmed', async () => {
    const order = await phone('phone-swap', [
      [goods(2), 2, 4_000],
      [goods(3), 1, 1_000],
    ])
    const [first] = order.lines
    const proposal = await orders.account('ops').call('propose_order_edit', {
      order_id: order.order_id,
      actions: [{ action: 'swap', order_line_id: first.order_line_id, sku: goods(4), qty: 4, unit_minor: 2_000 }],
    })
    assert.equal(proposal.body.price_delta_minor, 0)
    const { change_id } = proposal.body
    const staff = orders.account('ops')
    const answers = await Promise.all(Array.from({ length: 4 }, () => staff.call('confirm_order_edit', { change_id })))
    for (const { status, body } of answers) assert.equal(status, 200, JSON.stringify(body))
    const after = await detailOf(order.order_id)
    assert.deepEqual(
      after.lines.map((line: Record<string, unknown>) => [line.sku, line.qty_current, line.qty_reserved]),
      [
        [goods(2), 0, 0],
        [goods(3), 1, 1],
        [goods(4), 4, 4],
      ],
    )
    assert.equal(after.totals.due_minor, 9_000)
    assert.deepEqual(await reserved(order.order_id), { [goods(3)]: 1, [goods(4)]: 4 })
    const { items } = (await staff.call('get_order_timeline', { order_id: order.order_id, limit: 100 })).body
    assert.equal(items.filter(({ type }: { type: string }) => type === 'order.edited').length, 1)
    assert.deepEqual(await differences(orders.db), [])
  })

  it('is refused when the order has changed since it was proposed, and undone when there is no stock', async () => {
    const order = await phone('phone-stale', [[goods(5), 1, 100_000]])
    const staff = orders.account('ops')
    const propose = async (qty: number) => {
      const actions = [
        { action: 'swap', order_line_id: order.lines[0].order_line_id, sku: goods(6), qty, unit_minor: 0 },
      ]
      const { body } = await staff.call('propose_order_edit', { order_id: order.order_id, actions })
      return body
    }
    const stale = await propose(1)
    await staff.call('place_hold', { order_id: order.order_id, kind: 'manual', reason: 'changed meanwhile' })
    const refused = await staff.call('confirm_order_edit', { change_id: stale.change_id })
    assert.equal(refused.body.code, 'version_conflict')
    const greedy = await propose(900_000)
    const none = await staff.call('confirm_order_edit', { change_id: greedy.change_id })
    assert.equal(none.body.code, 'insufficient_stock')
    const after = await detailOf(order.order_id)
    assert.deepEqual(
      after.lines.map(({ sku, qty_current }: Record<string, unknown>) => [sku, qty_current]),
      [[goods(5), 1]],
    )
    assert.deepEqual(await reserved(order.order_id), { [goods(5)]: 1 })
    const { body } = await staff.call('confirm_order_edit', { change_id: greedy.change_id })
    assert.equal(body.code, 'conflict', 'what was declined stays declined')
  })

  it('proposes while inventory is away, saying that the stock is not known', async () => {
    const apart = await openOrders({ environment: { WMS_URL: 'http://127.0.0.1:9' } })
    const [some] = untouched
    const { body } = await apart.account('ops').call('propose_order_edit', {
      order_id: some?.orderId,
      actions: [{ action: 'add', sku: goods(0), qty: 1, unit_minor: 100 }],
    })
    assert.equal(body.stock.known, false, JSON.stringify(body))
    await apart.close()
  })
})
