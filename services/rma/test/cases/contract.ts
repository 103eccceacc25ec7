import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { roleNames, scopesOfRole } from '@backroom/access'
import { demoReturns } from '@backroom/demo-data'
import { ownTools } from '@backroom/fleet-testing'
import { service } from '../../src/service.ts'
import { eventually } from '../returns.ts'
import { allIsRight, oneLine, returns } from './server.ts'

/** Read-only, destructive, idempotent, open world: as the design's tool table has them. */
const annotations: Record<string, string> = {
  check_return_eligibility: '1010',
  list_returns: '1011',
  get_return: '1011',
  create_rma: '0011',
  authorize_rma: '0011',
  reject_rma: '0011',
  issue_return_label: '0011',
  receive_return: '0010',
  inspect_return: '0010',
  set_disposition: '0110',
  propose_resolution: '1010',
  resolve_return: '0111',
  advance_refund: '0111',
  approve_returnless: '0011',
  cancel_rma: '0011',
  extend_rma: '0011',
  link_carrier_claim: '0010',
  get_return_analytics: '1010',
}

describe('what the returns server offers', () => {
  it('gives its tools the hints of the design, and to people all but what is for services', async () => {
    const { tools } = await returns.clerk.mcp('tools/list')
    const hints = Object.fromEntries(
      ownTools<{ name: string; annotations: Record<string, boolean> }>(tools).map(({ name, annotations }) => [
        name,
        ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']
          .map((hint) => Number(annotations[hint]))
          .join(''),
      ]),
    )
    assert.deepEqual(hints, annotations)
    for (const role of roleNames) {
      const scope = scopesOfRole(role, 'rma').join(' ')
      if (scope === '') continue
      const { tools: listed } = await returns.account('ops', scope).mcp('tools/list')
      const seen = ownTools(listed)
      assert.ok(seen.length <= 25, `${role}: ${seen.length}`)
    }
    const seen = (await returns.peer('oms').mcp('tools/list')).tools.map(({ name }: { name: string }) => name)
    assert.ok(seen.includes('record_resolution'))
  })

  it('has ten returns under way, of the orders that every server of the demo knows', async () => {
    const { items } = (await returns.clerk.call('list_returns', { verbosity: 'full', limit: 100 })).body
    for (const demo of demoReturns(new Date())) {
      const found = items.find(({ rma_number }: { rma_number: string }) => rma_number === demo.number)
      assert.equal(found?.status, demo.stage, demo.number)
      assert.equal(found.order_id, demo.order.orderId)
      assert.ok(found.money.ceiling_minor <= demo.drawnMinor)
      assert.ok(found.allowed_actions.length > 0)
    }
    await allIsRight()
  })

  it('lets the clerk end what the demo has inspected', async () => {
    const ready = demoReturns(new Date()).find(({ stage }) => stage === 'inspected')
    const rma_number = ready?.number ?? ''
    const { money, recommended } = (await returns.clerk.call('propose_resolution', { rma_number })).body
    assert.equal(money.ceiling_minor, ready?.drawnMinor)
    const answer = returns.clerk.call('resolve_return', { rma_number, kind: recommended })
    await returns.record(rma_number, (await returns.pending(rma_number)).resolution_id)
    assert.equal((await answer).body.rma.status, 'resolved')
  })

  it('lists by all that is given, page by page', async () => {
    const order = await oneLine('BOK-1', 2, 4_000, { customerId: 'cust-list' })
    for (const _ of [1, 2])
      await returns.done('create_rma', { order_id: order.orderId, lines: [{ order_line_id: order.line, qty: 1 }] })
    const list = async (filter: object) => (await returns.clerk.call('list_returns', filter)).body
    const first = await list({ customer: 'cust-list', limit: 1 })
    const second = await list({ customer: 'cust-list', limit: 1, cursor: first.next_cursor })
    assert.deepEqual([first.items.length, second.items.length, second.next_cursor], [1, 1, undefined])
    assert.ok(first.items[0].rma_number > second.items[0].rma_number)
    for (const filter of [{ order: order.number }, { order: order.orderId }, { sku: 'BOK-1' }])
      assert.equal((await list(filter)).items.length, 2, JSON.stringify(filter))
    const today = new Date().toISOString().slice(0, 10)
    const none = { customer: 'cust-list', status: ['closed'] }
    assert.equal((await list(none)).items.length, 0)
    assert.equal((await list({ customer: 'cust-list', requested_from: today, requested_to: today })).items.length, 2)
  })

  it('reads and completes its resources and prompts', async () => {
    const order = await oneLine('KIT-2', 1, 20_000)
    const { rma_number } = await returns.done('create_rma', { order_id: order.orderId })
    const read = async (uri: string) =>
      JSON.parse((await returns.clerk.mcp('resources/read', { uri })).contents[0].text)
    assert.equal((await read(`returns://rma/${rma_number}`)).rma_number, rma_number)
    const queue = await read('returns://queue/WH-1')
    assert.ok(queue.to_decide.some((row: { rma_number: string }) => row.rma_number === rma_number))
    assert.ok(queue.to_inspect.length > 0 || queue.expected.length > 0)
    const policy = await read('returns://policy/west')
    assert.ok(policy.policies.some(({ policy_id }: { policy_id: string }) => policy_id === 'electronics-west'))
    assert.ok(policy.reasons.some(({ code }: { code: string }) => code === 'defective'))
    const complete = async (ref: Record<string, string>, name: string, value: string) =>
      (await returns.clerk.mcp('completion/complete', { ref, argument: { name, value } })).completion.values
    const resource = (uri: string) => ({ type: 'ref/resource', uri })
    assert.ok(
      (await complete(resource('returns://rma/{number}'), 'number', rma_number.slice(0, -1))).includes(rma_number),
    )
    assert.deepEqual(await complete(resource('returns://policy/{region}'), 'region', 'w'), ['west'])
    assert.ok((await complete(resource('returns://queue/{warehouse}'), 'warehouse', 'WH')).includes('WH-1'))
    const prompt = (name: string) => ({ type: 'ref/prompt', name })
    assert.ok((await complete(prompt('return_reason_analysis'), 'sku', 'kit')).includes('KIT-2'))
    const { customerId } = demoReturns(new Date())[0]?.order.customer ?? { customerId: '' }
    assert.ok(
      (await complete(prompt('serial_returner_review'), 'customer', customerId.slice(0, -1))).includes(customerId),
    )
    const prompts: Record<string, Record<string, string>> = {
      inspect_return: { rma: rma_number },
      return_reason_analysis: { sku: 'KIT-2' },
      clear_return_backlog: { warehouse: 'WH-1' },
      serial_returner_review: { customer: 'cust-001' },
    }
    for (const [name, args] of Object.entries(prompts)) {
      const { messages } = await returns.clerk.mcp('prompts/get', { name, arguments: args })
      assert.match(messages[0].content.text, /agree|decision|Read only/, name)
    }
  })

  it('tells subscribers of what processes do, and of what calls do', async () => {
    const order = await oneLine('KIT-1', 1, 100)
    const { rma_number } = await returns.done('create_rma', { order_id: order.orderId })
    await eventually(
      async () => returns.announced.filter((uri) => uri === `returns://rma/${rma_number}`),
      (told) => told.length > 0,
      'the news of a return',
    )
    assert.ok(returns.announced.includes('returns://queue/WH-1'))
  })

  it('tells how much comes back, why, and whose returns stand out', async () => {
    const order = await oneLine('KIT-2', 2, 1_000, { customerId: 'cust-odd' })
    const { rma_number, lines } = await returns.authorised(order, 2)
    const [{ rma_line_id: line }] = lines
    await returns.done('receive_return', { rma_number, lines: [{ line, qty: 2 }], carton_condition: 'empty' })
    await returns.done('inspect_return', { rma_number, line, qty: 2, grade: 'A' })
    await returns.done('set_disposition', { rma_line_id: line, disposition: 'restock', qty: 2 })
    const { body } = await returns.clerk.call('get_return_analytics', { sku: 'KIT-2', days: 7 })
    assert.ok(body.units_requested >= 2 && body.units_accepted >= 2)
    assert.ok(body.reasons.some(({ reason_code }: { reason_code: string }) => reason_code === 'defective'))
    assert.deepEqual(body.recoveries, [{ disposition: 'restock', units: 2, value_minor: 1_000 }])
    const odd = body.suspicious_customers.find(({ customer_id }: { customer_id: string }) => customer_id === 'cust-odd')
    assert.deepEqual(odd, { customer_id: 'cust-odd', returns: 1, signals: ['empty_box'] })
    assert.equal(body.units_sold, 0)
    assert.equal(body.return_rate, null)
    const all = (await returns.clerk.call('get_return_analytics', { category: 'Kitchen' })).body
    assert.equal(all.units_sold, null)
  })

  it('says what is wrong with what it is given', async () => {
    const order = await oneLine('KIT-1', 1, 100)
    const { rma_number, lines } = await returns.authorised(order, 1)
    const [{ rma_line_id: line }] = lines
    const { line: order_line_id, orderId: order_id } = order
    const twice = [
      { line, qty: 1 },
      { line: order_line_id, qty: 1 },
    ]
    const bad: [string, object][] = [
      ['get_return', {}],
      ['get_return', { rma_number: "' or 1=1" }],
      ['list_returns', { limit: 0 }],
      ['list_returns', { status: ['lost'] }],
      ['list_returns', { status: [] }],
      ['list_returns', { requested_from: 'yesterday' }],
      ['list_returns', { cursor: 'AAAA' }],
      ['check_return_eligibility', { order_id, reason: 'whim' }],
      ['check_return_eligibility', { order_id, lines: [{ order_line_id, qty: 0 }] }],
      ['create_rma', { order_id, lines: [] }],
      ['create_rma', { order_id, reason: 'whim' }],
      ['create_rma', { order_id, lines: [{ order_line_id, qty: -1 }] }],
      ['create_rma', { order_id, resolution: 'reject' }],
      ['create_rma', { order_id, evidence: [{ kind: 'photo', uri: 'nowhere' }] }],
      [
        'create_rma',
        {
          order_id,
          lines: [
            { order_line_id, qty: 1 },
            { order_line_id, qty: 1 },
          ],
        },
      ],
      ['reject_rma', { rma_number, note: ' ' }],
      ['receive_return', { rma_number, lines: [] }],
      ['receive_return', { rma_number, lines: [{ line, qty: 0 }] }],
      ['receive_return', { rma_number, lines: twice }],
      ['inspect_return', { rma_number, line, qty: 1, grade: 'E' }],
      ['inspect_return', { rma_number, line, qty: 1, grade: 'A', photos: [{ uri: 'https://a.example', sha256: 'x' }] }],
      ['set_disposition', { rma_line_id: line, disposition: 'burn', qty: 1 }],
      ['issue_return_label', { rma_number, method: 'print', tracking: 'X' }],
      ['issue_return_label', { rma_number, method: 'fax' }],
      ['resolve_return', { rma_number, kind: 'refund', amount_minor: -1 }],
      ['resolve_return', { rma_number, kind: 'gift' }],
      ['advance_refund', { rma_number, amount_minor: 0 }],
      ['extend_rma', { rma_number, days: 0 }],
      ['get_return_analytics', { days: 0 }],
    ]
    for (const [tool, args] of bad) {
      const reads = service.tools.find(({ name }) => name === tool)?.effect === 'read'
      const { status, body } = await (reads ? returns.clerk.call(tool, args) : returns.clerk.once(tool, args))
      assert.deepEqual(
        [status, body.code],
        [400, 'invalid_argument'],
        `${tool} ${JSON.stringify(args)}: ${JSON.stringify(body)}`,
      )
    }
    const unknown = await returns.clerk.call('get_return', { rma_number: 'RMA-2020-999999' })
    assert.deepEqual([unknown.body.code, unknown.body.next_actions[0].tool], ['not_found', 'list_returns'])
    const lineless = { order_id, lines: [{ order_line_id: 'oln_other', qty: 1 }] }
    assert.equal((await returns.clerk.once('create_rma', lineless)).body.code, 'not_found')
    assert.equal((await returns.clerk.once('create_rma', { order_id: 'ORD-2020-000001' })).body.code, 'not_found')
    const foreign = { rma_number, lines: [{ line: 'rln_other', qty: 1 }] }
    assert.equal((await returns.clerk.once('receive_return', foreign)).body.code, 'not_found')
    const stale = { rma_number, reason: 'x', expected_version: 99 }
    assert.equal((await returns.clerk.call('cancel_rma', stale)).body.code, 'version_conflict')
    const resolution = { resolution_id: 'res_other', status: 'succeeded' }
    assert.equal(
      (await returns.peer('oms').call('record_resolution', { rma_number, ...resolution })).body.code,
      'not_found',
    )
    assert.notEqual((await returns.clerk.call('record_resolution', { rma_number, ...resolution })).status, 200)
  })
})
