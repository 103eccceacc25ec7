import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DemoOrder } from '@backroom/demo-data'
import { approved, assessed, desk, eventually, factsOf, key, ok, read } from './shared.ts'

/** The settlement that the order process has been told of and that waits for it. */
const pending = async (claim_number: string) => {
  const told = async () => (await factsOf(claim_number)).filter((type) => type === 'claim.settling.v1').length
  const [, settlements] = await eventually(
    async () => [await told(), (await read(claim_number)).settlements] as const,
    ([facts, all]) => facts === all.length && all.some(({ status }: { status: string }) => status === 'pending'),
    'a settlement',
  )
  return settlements.find(({ status }: { status: string }) => status === 'pending')
}

const recorded = (claim_number: string, settlement_id: string, changes: object) =>
  desk.peer('oms').call('record_settlement', { claim_number, settlement_id, ...changes })

describe('settling a claim', { concurrency: 4 }, () => {
  it('hands it to the order process and waits until that has paid', async () => {
    const claim = await approved(desk.order())
    const { claim_number } = claim
    const answer = desk.account('claims').call('settle_claim', { claim_number, method: 'refund' })
    const { settlement_id } = await pending(claim_number)
    const paid = { status: 'succeeded', payment_refund_ref: 'ref_1', amount_minor: claim.approved_minor }
    ok(await recorded(claim_number, settlement_id, paid))
    ok(await recorded(claim_number, settlement_id, paid))
    const settled = ok(await answer)
    assert.deepEqual(
      [settled.status, settled.claim_status, settled.payment_ref, settled.amount_minor],
      ['succeeded', 'settled', 'ref_1', claim.approved_minor],
    )
    const again = ok(await desk.account('claims').call('settle_claim', { claim_number, method: 'refund' }))
    assert.equal(again.settlement_id, settlement_id)
    const otherwise = await desk.account('claims').call('settle_claim', { claim_number, method: 'store_credit' })
    assert.equal(otherwise.body.code, 'conflict')
    const undone = await recorded(claim_number, settlement_id, { status: 'failed' })
    assert.equal(undone.body.code, 'conflict')
  })

  it('is one settlement, however many ask for it at once and in whichever way', async () => {
    const { claim_number } = await approved(desk.order())
    const methods = ['refund', 'refund', 'store_credit', 'refund', 'replacement', 'store_credit']
    const answers = methods.map((method) =>
      desk.account('claims').call('settle_claim', { claim_number, method, idempotency_key: key() }),
    )
    const { settlement_id } = await pending(claim_number)
    ok(await recorded(claim_number, settlement_id, { status: 'succeeded', credit_ref: 'crd_1' }))
    const all = await Promise.all(answers)
    for (const { status, body } of all)
      if (status === 200) assert.equal(body.settlement_id, settlement_id)
      else assert.equal(body.code, 'conflict', JSON.stringify(body))
    assert.equal((await read(claim_number)).settlements.length, 1)
    const settling = (await factsOf(claim_number)).filter((type) => type === 'claim.settling.v1')
    assert.equal(settling.length, 1)
  })

  it('may be settled in another way when the first could not be carried out', async () => {
    const { claim_number } = await approved(desk.order(), 100)
    const answer = desk.account('claims').call('settle_claim', { claim_number, method: 'replacement' })
    const first = await pending(claim_number)
    ok(await recorded(claim_number, first.settlement_id, { status: 'failed', message: 'Nothing in stock' }))
    const failed = ok(await answer)
    assert.deepEqual(
      [failed.status, failed.claim_status, failed.message_untrusted],
      ['failed', 'partially_approved', 'Nothing in stock'],
    )
    const second = desk.account('claims').call('settle_claim', { claim_number, method: 'store_credit' })
    const { settlement_id } = await pending(claim_number)
    assert.notEqual(settlement_id, first.settlement_id)
    ok(await recorded(claim_number, settlement_id, { status: 'succeeded', credit_ref: 'crd_2' }))
    assert.equal(ok(await second).credit_ref, 'crd_2')
  })

  it('can be asked for by the handle of the call while it is being paid, and cannot be withdrawn any more', async () => {
    const { claim_number } = await approved(desk.order())
    const answer = desk.account('claims').call('settle_claim', { claim_number, method: 'refund' })
    const { settlement_id } = await pending(claim_number)
    assert.equal((await read(`${claim_number}-${settlement_id}`)).status, 'settling')
    const late = await desk.account('claims').call('withdraw_claim', { claim_number })
    assert.equal(late.body.code, 'invalid_transition')
    const { version: expected_version, requested_minor } = await read(claim_number)
    const again = { claim_number, amount_minor: requested_minor, expected_version, idempotency_key: key() }
    assert.equal((await desk.colleague().call('approve_claim', again)).body.code, 'invalid_transition')
    ok(await recorded(claim_number, settlement_id, { status: 'succeeded', payment_refund_ref: 'ref_9' }))
    ok(await answer)
  })

  it('gives back what is set apart for lines that were not approved', async () => {
    const order = desk.order(({ lines }) => lines.length > 1)
    const lines = order.lines.map(({ orderLineId, quantity }) => ({ order_line_id: orderLineId, qty: quantity }))
    await desk.allow('approve_claim')
    const claim = await approvedFor(order, lines)
    const answer = desk.account('claims').call('settle_claim', { claim_number: claim.claim_number, method: 'refund' })
    const { settlement_id } = await pending(claim.claim_number)
    await eventually(
      async () =>
        (await desk.draws(claim.claim_number))
          .map(([state]) => state)
          .sort()
          .join(),
      (states) => states === ['held', ...Array(lines.length - 1).fill('released')].join(),
      'the release',
    )
    ok(await recorded(claim.claim_number, settlement_id, { status: 'succeeded', payment_refund_ref: 'ref_2' }))
    assert.equal(ok(await answer).amount_minor, claim.approved_minor)
  })

  it('cannot be recorded by people, nor for another claim', async () => {
    const person = await desk.account('claims').call('record_settlement', {
      ...{ claim_number: 'CLM-2026-000002', settlement_id: 'stl_1', status: 'succeeded' },
    })
    assert.ok([403, 404].includes(person.status))
    const foreign = await recorded('CLM-2026-000002', 'stl_none', { status: 'succeeded' })
    assert.equal(foreign.body.code, 'not_found')
  })
})

async function approvedFor(order: DemoOrder, lines: { order_line_id: string; qty: number }[]) {
  const claim = await assessed(order, { lines })
  const [first] = claim.lines
  return ok(
    await desk.colleague().call('approve_claim', {
      claim_number: claim.claim_number,
      amount_minor: first.requested_minor,
      lines: [{ order_line_id: first.order_line_id, amount_minor: first.requested_minor }],
      expected_version: claim.version,
      idempotency_key: key(),
    }),
  )
}
