import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { roleNames, scopesOfRole } from '@backroom/access'
import { dayOf, daysAfter } from '@backroom/calendar'
import { demoOrders } from '@backroom/demo-data'
import { ownTools } from '@backroom/fleet-testing'
import { announceChanges } from '../src/announce-changes.ts'
import { service } from '../src/service.ts'
import { address, lineOf, type Orders, openOrders, place } from './orders.ts'

/** Read-only, destructive, idempotent, open world: as the design's tool table has them; an export is minted, so a write. */
const annotations: Record<string, string> = {
  list_upcoming_orders: '1010',
  search_orders: '1011',
  get_order: '1011',
  get_order_timeline: '1011',
  get_demand: '1010',
  create_order: '0011',
  place_hold: '0010',
  release_order_hold: '0010',
  propose_order_edit: '0010',
  confirm_order_edit: '0011',
  update_shipping_address: '0010',
  cancel_order: '0111',
  split_fulfillment: '0010',
  mark_backorder: '0011',
  set_promise_date: '0011',
  add_order_note: '0000',
  export_orders: '0011',
  start_recall: '0011',
}

describe('what the orders server offers', () => {
  let orders: Orders
  /** URIs of resources whose subscribers have been told. */
  const announced: string[] = []
  const demo = demoOrders(new Date())
  const open = demo.find(({ status, shippedAt }) => status === 'processing' && !shippedAt)
  const delivered = demo.find(({ deliveredAt }) => deliveredAt)
  assert.ok(open && delivered)
  before(async () => {
    orders = await openOrders({
      background: (context) => announceChanges({ ...context, changed: (...uris) => void announced.push(...uris) }),
    })
  })
  after(() => orders.close())

  it('gives its tools the hints of the design', async () => {
    const { tools } = await orders
      .account('ops', 'oms:read oms:write oms:hold oms:cancel oms:fulfil oms:admin')
      .mcp('tools/list')
    const hints = Object.fromEntries(
      tools.map(({ name, annotations }: { name: string; annotations: Record<string, boolean> }) => [
        name,
        ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']
          .map((hint) => Number(annotations[hint]))
          .join(''),
      ]),
    )
    for (const [name, expected] of Object.entries(annotations)) assert.equal(hints[name], expected, name)
  })

  it('shows no role more than 25 tools, and no person what is for services', async () => {
    for (const role of roleNames) {
      const scope = scopesOfRole(role, 'oms').join(' ')
      if (scope === '') continue
      const { tools } = await orders.account('ops', scope).mcp('tools/list')
      const own = ownTools<{ name: string }>(tools)
      assert.ok(own.length <= 25, `${role}: ${own.length}`)
    }
    const everything = [...new Set(service.tools.map(({ scope }) => scope))].join(' ')
    const { tools } = await orders.account('ops', everything).mcp('tools/list')
    const names = tools.map(({ name }: { name: string }) => name)
    for (const name of [
      'start_checkout',
      'report_fact',
      'draw_entitlement',
      'settle_entitlement',
      'release_entitlement',
    ])
      assert.ok(!names.includes(name), name)
  })

  it('shows a customer the own orders alone, whatever is asked for', async () => {
    const own = orders.customer(open.customer.username)
    const stranger = orders.customer(open.customer.username === 'demo1' ? 'demo2' : 'demo1')
    const customer_id = open.customer.customerId
    assert.equal((await own.call('get_order', { order_id: open.orderId })).body.order_id, open.orderId)
    const mine = await own.call('search_orders', { limit: 100 })
    assert.ok(mine.body.items.length > 0)
    for (const row of mine.body.items) assert.equal(row.customer_id, customer_id)
    assert.deepEqual((await stranger.call('search_orders', { customer: customer_id })).body.items, [])
    assert.deepEqual((await stranger.call('search_orders', { query: open.customer.email })).body.items, [])
    assert.deepEqual((await stranger.call('search_orders', { query: open.number })).body.items, [])
    for (const row of (await stranger.call('list_upcoming_orders', { limit: 100 })).body.items)
      assert.notEqual(row.customer_id, customer_id)
  })

  it('answers not_found to a customer who names what is not theirs, in every tool', async () => {
    const stranger = orders.customer(
      open.customer.username === 'demo1' ? 'demo2' : 'demo1',
      'oms:read oms:write oms:hold oms:cancel oms:fulfil',
    )
    for (const tool of [
      'release_order_hold',
      'confirm_order_edit',
      'update_shipping_address',
      'cancel_order',
      'create_order',
    ])
      await orders.allow(tool)
    const order_id = open.orderId
    const detail = (await orders.account('ops').call('get_order', { order_id, include: ['fulfillment_orders'] })).body
    const order_line_id = detail.lines[0].order_line_id
    const [{ fulfillment_order_id }] = detail.fulfillment_orders
    const proposal = await orders.account('ops').call('propose_order_edit', {
      order_id,
      actions: [
        { action: 'add', sku: 'CAT-1001', qty: 1 },
        { action: 'remove', order_line_id },
      ],
    })
    const calls: Record<string, Record<string, unknown>> = {
      get_order: { order_id },
      get_order_timeline: { order_id },
      get_demand: {},
      create_order: {
        customer: { customer_id: 'cust-001' },
        lines: [{ sku: 'CAT-1001', title: 'Cat', qty: 1, unit_minor: 1 }],
        ship_to: address,
        idempotency_key: 'foreign',
      },
      place_hold: { order_id, kind: 'manual', reason: 'x' },
      release_order_hold: { order_id, hold_ids: ['hold_1'] },
      propose_order_edit: { order_id, actions: [{ action: 'remove', order_line_id }] },
      confirm_order_edit: { change_id: proposal.body.change_id },
      update_shipping_address: { order_id, address },
      cancel_order: { order_id, reason: 'x' },
      split_fulfillment: { fulfillment_order_id, lines: [{ order_line_id, qty: 1 }], idempotency_key: 'foreign' },
      mark_backorder: { order_id, order_line_id, expected_on: daysAfter(dayOf(), 3) },
      set_promise_date: { order_id, date: daysAfter(dayOf(), 9) },
      add_order_note: { order_id, text: 'x' },
      reconcile_order: { order_id },
      route_order: { order_id, idempotency_key: 'foreign' },
      reroute_order: { order_id, from_warehouse: 'WH-1', idempotency_key: 'foreign' },
    }
    for (const [tool, args] of Object.entries(calls)) {
      if (!service.tools.some(({ name }) => name === tool)) continue
      const { status, body } = await stranger.call(tool, args)
      assert.deepEqual([status, body.code], [404, 'not_found'], `${tool}: ${JSON.stringify(body)}`)
    }
    for (const uri of [
      `orders://order/${order_id}`,
      `orders://order/${order_id}/timeline`,
      'orders://holds',
      'orders://demand/7d',
      'orders://sku/CAT-1001/demand',
    ]) {
      const refused = await stranger.mcp('resources/read', { uri })
      assert.ok(!refused.contents, `${uri}: ${JSON.stringify(refused)}`)
    }
    const after = (await orders.account('ops').call('get_order', { order_id, include: ['notes'] })).body
    assert.equal(after.version, detail.version)
    assert.deepEqual([after.holds, after.notes], [[], []])
  })

  it('reads and completes its resources and prompts', async () => {
    const staff = orders.account('ops')
    const read = async (uri: string) => JSON.parse((await staff.mcp('resources/read', { uri })).contents[0].text)
    assert.equal((await read(`orders://order/${open.number}`)).order_id, open.orderId)
    assert.equal((await read(`orders://order/${open.orderId}/timeline`)).items[0].type, 'order.placed')
    assert.ok((await read('orders://upcoming')).items.length > 0)
    assert.ok(
      (await read('orders://upcoming?warehouse=WH-1')).items.every(({ warehouses }: { warehouses: string[] }) =>
        warehouses.includes('WH-1'),
      ),
    )
    assert.ok((await read('orders://demand/7d')).items.length > 5)
    const sku = demo.at(-1)?.lines[0]?.sku ?? ''
    assert.ok((await read(`orders://sku/${sku}/demand`)).items.length > 0)
    assert.ok(Array.isArray((await read('orders://holds')).items))
    const bad = await staff.mcp('resources/read', { uri: 'orders://upcoming?before=soon' })
    assert.match(bad.message, /before/)
    const complete = async (ref: Record<string, string>, name: string, value: string) =>
      (await staff.mcp('completion/complete', { ref, argument: { name, value } })).completion.values
    const values = await complete({ type: 'ref/resource', uri: 'orders://order/{id}' }, 'id', open.number.slice(0, -1))
    assert.ok(values.includes(open.number))
    assert.deepEqual(await complete({ type: 'ref/prompt', name: 'order_exception_triage' }, 'region', 'w'), ['west'])
    const prompts: Record<string, Record<string, string>> = {
      order_exception_triage: { region: 'west' },
      late_order_outreach: { hours: '48' },
      fraud_hold_review: { order_id: open.number },
      cancel_with_least_cost: { order_id: open.number },
      daily_ops_brief: {},
    }
    for (const [name, args] of Object.entries(prompts)) {
      const { messages } = await staff.mcp('prompts/get', { name, arguments: args })
      assert.ok(messages.length > 1, name)
      assert.match(messages[0].content.text, /agree|decision|Read only|ask me/i, name)
    }
  })

  it('tells subscribers of what a process does to an order, by its id and its number', async () => {
    const { id, number } = await place(orders.db, [lineOf('SUB', 1)])
    const told = () => [id, number].every((name) => announced.includes(`orders://order/${name}`))
    for (let tries = 0; !told() && tries < 100; tries++) await setTimeout(50)
    assert.ok(told(), announced.join(' '))
    assert.ok(announced.includes('orders://upcoming'))
  })

  it('says what is wrong with what it is given', async () => {
    const staff = orders.account('ops')
    const order_id = open.orderId
    const bad: [string, Record<string, unknown>][] = [
      ['get_order', {}],
      ['get_order', { order_id: "' or 1=1" }],
      ['search_orders', { limit: 0 }],
      ['search_orders', { limit: 101 }],
      ['search_orders', { status: 'lost' }],
      ['search_orders', { placed_from: 'yesterday' }],
      ['search_orders', { cursor: 'AAAA' }],
      ['get_demand', { days: 0 }],
      ['get_demand', { group_by: [] }],
      ['get_demand', { cursor: Buffer.from('[1,2,3]').toString('base64url') }],
      ['place_hold', { order_id, kind: 'whim', reason: 'x' }],
      ['place_hold', { order_id, kind: 'manual', reason: ' ' }],
      ['release_order_hold', { order_id, hold_ids: [] }],
      ['propose_order_edit', { order_id, actions: [] }],
      ['propose_order_edit', { order_id, actions: [{ action: 'add', sku: 'CAT-1001', qty: -1 }] }],
      ['mark_backorder', { order_id, order_line_id: 'oln_1', expected_on: '2026-02-30' }],
      [
        'split_fulfillment',
        {
          fulfillment_order_id: `ful_${order_id.slice(4)}`,
          lines: [
            { order_line_id: 'oln_1', qty: 1 },
            { order_line_id: 'oln_1', qty: 1 },
          ],
          idempotency_key: 'twice',
        },
      ],
      ['add_order_note', { order_id, text: '' }],
      ['add_order_note', { order_id, text: 'x'.repeat(2_001) }],
      [
        'split_fulfillment',
        { fulfillment_order_id: 'ful_1', lines: [{ order_line_id: 'a', qty: 0 }], idempotency_key: 'k' },
      ],
    ]
    for (const [tool, args] of bad) {
      const { status, body } = await staff.call(tool, args)
      assert.deepEqual(
        [status, body.code],
        [400, 'invalid_argument'],
        `${tool} ${JSON.stringify(args)}: ${JSON.stringify(body)}`,
      )
    }
    const unknown = await staff.call('get_order', { order_id: 'ORD-2020-999999' })
    assert.equal(unknown.body.code, 'not_found')
    assert.equal(unknown.body.next_actions[0].tool, 'search_orders')
    const noPrice = await staff.call('propose_order_edit', {
      order_id,
      actions: [{ action: 'add', sku: 'NEW-1', qty: 1 }],
    })
    assert.equal(noPrice.body.code, 'not_found')
    const over = await staff.call('place_hold', { order_id: delivered.orderId, kind: 'manual', reason: 'x' })
    assert.equal(over.body.code, 'invalid_transition')
  })
})
