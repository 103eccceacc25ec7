import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../returns.ts'
import { oneLine, returns } from './server.ts'

describe('a return that is asked for', { concurrency: 4 }, () => {
  it('is authorised at once where the policy says so, and holds its units in the order', async () => {
    const order = await oneLine('KIT-1', 3, 1_000)
    const rma = await returns.done('create_rma', {
      order_id: order.number,
      lines: [{ order_line_id: order.line, qty: 2, reason: 'changed_mind', note: 'Too many' }],
    })
    assert.match(rma.rma_number, /^RMA-\d{4}-\d{6}$/)
    assert.equal(rma.status, 'authorized')
    assert.equal(rma.lines[0].qty_authorised, 2)
    assert.equal(rma.lines[0].customer_note_untrusted, 'Too many')
    assert.ok(Date.parse(rma.expires_at) > Date.now())
    assert.deepEqual(await returns.taken(order.line), [2, 666])
    const left = await returns.clerk.call('check_return_eligibility', { order_id: order.orderId })
    assert.deepEqual([left.body.lines[0].qty_returnable, left.body.eligible], [1, true])
  })

  it('takes all that is left when no line is named, the last unit with the rest of the money', async () => {
    const order = await returns.sold([
      { sku: 'KIT-1', qty: 3, paidMinor: 1_000 },
      { sku: 'KIT-2', qty: 2, paidMinor: 501, delivered: 1 },
    ])
    const rma = await returns.done('create_rma', { order_id: order.orderId, reason: 'defective', note: 'All of it' })
    assert.deepEqual(
      rma.lines.map(({ qty_requested, paid_minor }: Record<string, number>) => [qty_requested, paid_minor]),
      [
        [3, 1_000],
        [1, 250],
      ],
    )
    assert.equal(rma.lines[1].customer_note_untrusted, 'All of it')
    const again = await returns.clerk.once('create_rma', { order_id: order.orderId })
    assert.equal(again.body.code, 'limit_exceeded')
  })

  it('waits for a decision above the value that passes by itself, and for evidence where it is needed', async () => {
    const dear = await oneLine('KIT-1', 1, 20_000)
    const waiting = await returns.done('create_rma', { order_id: dear.orderId })
    assert.equal(waiting.status, 'requested')
    assert.equal(waiting.lines[0].qty_authorised, 0)
    assert.ok(waiting.allowed_actions.includes('authorize_rma'))
    const pet = await oneLine('PET-1', 1, 2_000)
    assert.equal((await returns.done('create_rma', { order_id: pet.orderId })).status, 'more_info')
    const shown = await oneLine('PET-1', 1, 2_000)
    const evidence = [{ kind: 'photo', uri: 'https://photos.example.com/1.jpg', sha256: 'a'.repeat(64) }]
    assert.equal((await returns.done('create_rma', { order_id: shown.orderId, evidence })).status, 'authorized')
  })

  it('out of the policy is refused to customers; staff may ask for it, and another person decides', async () => {
    const late = await oneLine('KIT-1', 1, 1_000, { deliveredDaysAgo: 31, customerId: 'cust-001' })
    const check = (await returns.clerk.call('check_return_eligibility', { order_id: late.orderId })).body
    assert.deepEqual([check.eligible, check.lines[0].options], [false, []])
    assert.match(check.lines[0].why[0], /window of 30 days/)
    const own = returns.customer('demo1')
    const refused = await own.once('create_rma', { order_id: late.orderId })
    assert.deepEqual([refused.status, refused.body.code], [403, 'policy_denied'])
    assert.deepEqual(await returns.taken(late.line), [0, 0])
    const { status, rma_number, out_of_policy } = await returns.done('create_rma', { order_id: late.orderId })
    assert.deepEqual([status, out_of_policy.length], ['requested', 1])
    const decided = await returns.clerk.once('authorize_rma', { rma_number })
    assert.deepEqual([decided.body.status, decided.body.tier], ['pending_approval', 'A2'])
    const recalled = await oneLine('CAT-1', 1, 9_900, { deliveredDaysAgo: 31 })
    assert.equal(
      (await returns.done('create_rma', { order_id: recalled.orderId, reason: 'recall' })).status,
      'authorized',
    )
  })

  it('charges the customer’s own wish, and not what is the retailer’s doing', async () => {
    const order = await oneLine('ELE-1', 1, 10_000, { region: 'east' })
    const fee = async (reason: string) =>
      (await returns.clerk.call('check_return_eligibility', { order_id: order.orderId, reason })).body.lines[0]
        .fee_minor
    assert.equal(await fee('changed_mind'), 1_500)
    assert.equal(await fee('defective'), 0)
    const west = await oneLine('ELE-1', 1, 10_000)
    const { lines } = (await returns.clerk.call('check_return_eligibility', { order_id: west.orderId })).body
    assert.equal(lines[0].fee_minor, 1_000)
  })

  it('of goods that are claimed for is refused with the name of the claim', async () => {
    const order = await oneLine('KIT-1', 1, 1_000)
    const draw = { order_line_id: order.line, source: 'claim', source_id: 'CLM-TEST', qty: 1 }
    const drawn = await returns.peerOfOrders('claims', 'draw_entitlement', draw)
    assert.equal(drawn.status, 200, JSON.stringify(drawn.body))
    const claim = { claim_number: 'CLM-TEST', status: 'submitted', lines: [{ order_line_id: order.line }] }
    returns.claims.state.claims.set(order.orderId, [claim])
    const wish = { order_id: order.orderId, lines: [{ order_line_id: order.line, qty: 1 }] }
    const refused = await returns.clerk.once('create_rma', wish)
    assert.equal(refused.body.code, 'conflict')
    assert.deepEqual(refused.body.details.possible_duplicate_of, { claim_number: 'CLM-TEST', status: 'submitted' })
    returns.claims.state.claims.set(order.orderId, [{ ...claim, status: 'denied' }])
    assert.equal((await returns.clerk.once('create_rma', wish)).body.code, 'limit_exceeded')
  })

  it('that comes to nothing gives back what it drew', async () => {
    const order = await returns.sold([
      { sku: 'KIT-1', qty: 1, paidMinor: 500 },
      { sku: 'KIT-2', qty: 1, paidMinor: 700 },
    ])
    const [first, second] = order.lines
    const wish = {
      order_id: order.orderId,
      lines: [
        { order_line_id: first?.order_line_id, qty: 1 },
        { order_line_id: second?.order_line_id, qty: 2 },
      ],
    }
    assert.equal((await returns.clerk.once('create_rma', wish)).body.code, 'limit_exceeded')
    for (const line of order.lines) assert.deepEqual(await returns.taken(line.order_line_id), [0, 0])
  })

  it('is not trusted blindly of a customer whose returns stand out', async () => {
    const buyer = { customerId: 'cust-serial' }
    for (let count = 1; count <= 5; count++) {
      const order = await oneLine('KIT-1', 1, 1_000, buyer)
      const { status, fraud_signals } = await returns.done('create_rma', { order_id: order.orderId })
      assert.equal(status, count === 5 ? 'requested' : 'authorized', `return ${count}`)
      assert.equal(fraud_signals.length, count === 5 ? 1 : 0)
    }
  })

  it('is reported to the orders server', async () => {
    const order = await oneLine('KIT-1', 1, 1_000)
    const { rma_number } = await returns.done('create_rma', { order_id: order.orderId })
    const facts = await eventually(
      () => returns.facts(rma_number),
      (told) => told.length === 2,
      'two facts',
    )
    assert.deepEqual(
      facts.map(({ type }) => type),
      ['return.requested.v1', 'return.authorized.v1'],
    )
    assert.deepEqual(facts[0]?.data.lines, [{ order_line_id: order.line, sku: 'KIT-1', qty: 1 }])
  })
})
