import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../returns.ts'
import { allIsRight, oneLine, returns } from './server.ts'

/** Resolves, has the orders server tell the outcome, and answers as the caller is answered. */
async function resolve(rma_number: string, wish: object, outcome: object = {}) {
  const answer = returns.clerk.call('resolve_return', { rma_number, ...wish })
  const resolution = await returns.pending(rma_number)
  const recorded = await returns.record(rma_number, resolution.resolution_id, outcome)
  assert.equal(recorded.status, 200, JSON.stringify(recorded.body))
  return (await answer).body
}

const resolving = (rma_number: string) =>
  eventually(
    async () => (await returns.facts(rma_number)).filter(({ type }) => type === 'return.resolving.v1'),
    (told) => told.length > 0,
    'the decision',
  )

describe('the end of a return', { concurrency: 4 }, () => {
  it('pays two of three units of which one passed, to the cent', async () => {
    const order = await oneLine('KIT-1', 3, 1_000)
    const { rma_number, lines } = await returns.inspected(order, 2, 1)
    const proposal = (await returns.clerk.call('propose_resolution', { rma_number })).body
    assert.deepEqual([proposal.resolvable, proposal.money.ceiling_minor, proposal.recommended], [true, 333, 'refund'])
    const over = await returns.clerk.call('resolve_return', { rma_number, kind: 'refund', amount_minor: 334 })
    assert.equal(over.body.code, 'limit_exceeded')
    const { resolution, rma } = await resolve(rma_number, { kind: 'refund' }, { payment_refund_ref: 'rfd_1' })
    assert.deepEqual(
      [resolution.status, resolution.amount_minor, resolution.payment_refund_ref, rma.status],
      ['succeeded', 333, 'rfd_1', 'resolved'],
    )
    const [fact] = await resolving(rma_number)
    assert.deepEqual(fact?.data, {
      ...{
        rma_number,
        order_id: order.orderId,
        customer_id: order.customerId,
        resolution_id: resolution.resolution_id,
      },
      ...{ kind: 'refund', amount_minor: 333, fee_minor: 0, currency: 'USD' },
      lines: resolution.lines,
    })
    assert.deepEqual(await returns.taken(order.line), [1, 333])
    const [{ rma_line_id }] = lines
    await returns.done('set_disposition', { rma_line_id, disposition: 'restock', qty: 1 })
    await returns.done('set_disposition', { rma_line_id, disposition: 'ship_back', qty: 1 })
    assert.equal((await returns.clerk.call('get_return', { rma_number })).body.status, 'closed')
    const rest = await returns.inspected(order, 2, 2)
    assert.equal(rest.money.ceiling_minor, 667)
    await allIsRight()
  })

  it('keeps the restocking fee, and the label where it is not free', async () => {
    const electronics = await oneLine('ELE-1', 1, 9_999, { region: 'east' })
    const rma = await returns.inspected(electronics, 1, 1, 'changed_mind')
    assert.deepEqual([rma.money.restocking_fee_minor, rma.money.ceiling_minor], [1_499, 8_500])
    const done = await resolve(rma.rma_number, { kind: 'store_credit' }, { credit_ref: 'crd_1' })
    assert.deepEqual([done.resolution.amount_minor, done.resolution.fee_minor], [8_500, 1_499])
    assert.equal(done.resolution.credit_ref, 'crd_1')
    const home = await oneLine('HOM-1', 1, 3_000)
    const created = await returns.done('create_rma', { order_id: home.orderId, reason: 'changed_mind' })
    const { rma_number } = created
    await returns.done('issue_return_label', { rma_number })
    const [{ rma_line_id: line }] = created.lines
    await returns.done('receive_return', { rma_number, lines: [{ line, qty: 1 }] })
    const { money } = (await returns.done('inspect_return', { rma_number, line, qty: 1, grade: 'A' })).rma
    assert.deepEqual([money.label_fee_minor, money.ceiling_minor], [799, 2_201])
    await allIsRight()
  })

  it('is one resolution however often and however parallel it is asked for', async () => {
    const { rma_number, version } = await returns.inspected(await oneLine('KIT-1', 2, 801), 2, 2)
    const wish = { rma_number, kind: 'refund', expected_version: version }
    const calls = [1, 2, 3, 4].map(() => returns.clerk.call('resolve_return', wish))
    const resolution = await returns.pending(rma_number)
    const other = await returns.clerk.call('resolve_return', { ...wish, kind: 'store_credit' })
    assert.deepEqual([other.body.code, other.body.details.resolution_id], ['conflict', resolution.resolution_id])
    await returns.record(rma_number, resolution.resolution_id)
    const bodies = (await Promise.all(calls)).map(({ body }) => body)
    assert.deepEqual(
      bodies.map((body) => body.resolution?.resolution_id),
      bodies.map(() => resolution.resolution_id),
    )
    const { body } = await returns.clerk.call('resolve_return', wish)
    assert.equal(body.resolution.resolution_id, resolution.resolution_id)
    assert.equal((await returns.record(rma_number, resolution.resolution_id)).status, 200)
    const odd = await returns.record(rma_number, resolution.resolution_id, { status: 'failed' })
    assert.equal(odd.body.code, 'conflict')
    assert.equal((await resolving(rma_number)).length, 1)
    await allIsRight()
  })

  it('can be decided anew after a failure, in another way', async () => {
    const { rma_number } = await returns.inspected(await oneLine('KIT-1', 1, 700), 1, 1)
    const failed = await resolve(rma_number, { kind: 'refund' }, { status: 'failed', message: 'Refused for good' })
    assert.deepEqual([failed.resolution.status, failed.rma.status], ['failed', 'inspected'])
    assert.equal(failed.resolution.message_untrusted, 'Refused for good')
    const credit = await resolve(rma_number, { kind: 'store_credit', amount_minor: 600 })
    assert.deepEqual([credit.resolution.status, credit.resolution.amount_minor], ['succeeded', 600])
    await allIsRight()
  })

  it('may be goods again, a repair, or nothing at all', async () => {
    const exchanged = await returns.inspected(await oneLine('KIT-1', 2, 801), 2, 2)
    const goods = await resolve(exchanged.rma_number, { kind: 'exchange' }, { replacement_order_id: 'ord_new' })
    assert.deepEqual(goods.resolution.replacement_lines, [{ sku: 'KIT-1', qty: 2 }])
    assert.deepEqual([goods.resolution.amount_minor, goods.resolution.replacement_order_ref], [801, 'ord_new'])
    const repaired = await oneLine('KIT-1', 1, 900)
    const repair = await returns.inspected(repaired, 1, 1)
    assert.equal((await resolve(repair.rma_number, { kind: 'repair' })).resolution.amount_minor, 0)
    const worn = await oneLine('KIT-1', 1, 900)
    const rejected = await returns.inspected(worn, 1, 0)
    const refund = await returns.clerk.call('resolve_return', { rma_number: rejected.rma_number, kind: 'refund' })
    assert.equal(refund.body.code, 'invalid_argument')
    const none = await resolve(rejected.rma_number, { kind: 'reject' })
    assert.deepEqual([none.resolution.amount_minor, none.resolution.lines], [0, []])
    for (const { line } of [repaired, worn])
      await eventually(
        () => returns.taken(line),
        (taken) => taken.join() === '0,0',
        'the entitlement',
      )
    await allIsRight()
  })

  it('needs no goods where that was agreed', async () => {
    const { rma_number } = await returns.authorised(await oneLine('KIT-1', 2, 901), 2)
    const approved = await returns.clerk.call('approve_returnless', { rma_number })
    assert.deepEqual([approved.body.returnless, approved.body.money.ceiling_minor], [true, 901])
    const late = await returns.clerk.once('receive_return', { rma_number, lines: [] })
    assert.equal(late.body.code, 'invalid_transition')
    const { rma } = await resolve(rma_number, { kind: 'refund' })
    assert.equal(rma.status, 'closed')
    await allIsRight()
  })

  it('needs other people above the limit, and every resolution an inspected return', async () => {
    const { rma_number } = await returns.inspected(await oneLine('KIT-1', 1, 30_001), 1, 1)
    const dear = await returns.clerk.call('resolve_return', { rma_number, kind: 'refund' })
    assert.deepEqual([dear.body.status, dear.body.tier], ['pending_approval', 'A2'])
    const small = { rma_number, kind: 'refund', amount_minor: 5_000 }
    const other = returns.account('ops', 'rma:read rma:resolve')
    assert.equal((await other.call('resolve_return', small)).body.tier, 'A1')
    const early = await returns.authorised(await oneLine('KIT-1', 1, 100), 1)
    const refused = await returns.clerk.call('resolve_return', { rma_number: early.rma_number, kind: 'reject' })
    assert.equal(refused.body.code, 'invalid_transition')
  })
})
