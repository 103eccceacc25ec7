import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { approved, assessed, assessment, desk, eventually, factsOf, key, lineOf, ok, opened, read } from './shared.ts'

const SHA = 'a'.repeat(64)

describe('deciding a claim', () => {
  it('waits for evidence that was asked for, and goes on once there is some', async () => {
    const order = desk.order()
    const { claim_number } = await opened(order)
    const staff = desk.account('claims')
    const asked = { claim_number, kinds: ['photo'], message: 'Please send a picture.', idempotency_key: key() }
    assert.deepEqual(ok(await staff.call('request_evidence', asked)).kinds, ['photo'])
    assert.equal((await read(claim_number)).status, 'info_requested')
    const photo = {
      claim_number,
      kind: 'photo',
      uri: 'https://files.example.com/1.jpg',
      sha256: SHA,
      mime: 'image/jpeg',
    }
    const customer = desk.customer(order.customer.username)
    const first = ok(await customer.call('add_evidence', { ...photo, exif_ok: true }))
    assert.deepEqual([first.source, first.exif_ok], ['customer', null])
    const again = ok(await customer.call('add_evidence', photo))
    assert.equal(again.evidence_id, first.evidence_id)
    const claim = await read(claim_number)
    assert.deepEqual([claim.status, claim.evidence.length], ['under_review', 1])
    const other = await customer.call('add_evidence', { ...photo, kind: 'invoice' })
    assert.equal(other.body.code, 'conflict')
    const seen = ok(await customer.call('get_claim', { claim_number }))
    assert.equal(seen.correspondence[0].author, 'retailer')
  })

  it('keeps apart who assesses and who approves, by the database as well', async () => {
    await desk.allow('approve_claim')
    const claim = await assessed(desk.order())
    const { claim_number, requested_minor: amount_minor, version: expected_version } = claim
    const own = await desk.account('claims').call('approve_claim', {
      ...{ claim_number, amount_minor, expected_version, idempotency_key: key() },
    })
    assert.deepEqual([own.status, own.body.code], [403, 'policy_denied'])
    assert.equal(own.body.details.reason, 'assessor_is_approver')
    assert.equal((await read(claim_number)).status, 'assessed')
    const { id } = await desk.db
      .selectFrom('claim')
      .select('id')
      .where('number', '=', claim_number)
      .executeTakeFirstOrThrow()
    const decision = {
      id: 'dcn_x',
      claim_id: id,
      verdict: 'approved' as const,
      amount_minor: 1,
      decided_by: 'staff-claims',
    }
    await assert.rejects(desk.db.insertInto('decision').values(decision).execute(), /foreign key/)
    await assert.rejects(
      desk.db.insertInto('claim_part').values({ claim_id: id, account: 'staff-claims', part: 'approver' }).execute(),
      /duplicate key/,
    )
  })

  it('needs another person by policy: A2, and two from where a refund needs two', async () => {
    await desk.db.updateTable('approval_rule').set({ tier: 'A2' }).where('tool', '=', 'approve_claim').execute()
    await desk.db
      .updateTable('approval_rule')
      .set({ tier: 'A3' })
      .where('tool', '=', 'approve_claim')
      .where('up_to_minor', 'is', null)
      .execute()
    const ceiling = (from: number, to: number) =>
      desk.db
        .updateTable('approval_rule')
        .set({ up_to_minor: to })
        .where('tool', '=', 'approve_claim')
        .where('up_to_minor', '=', from)
        .execute()
    await ceiling(50_000, 200)
    const { claim_number, version: expected_version } = await assessed(desk.order())
    const call = (amount_minor: number) =>
      desk.colleague().call('approve_claim', { claim_number, amount_minor, expected_version, idempotency_key: key() })
    const { body: asked } = await call(200)
    assert.deepEqual([asked.status, asked.tier], ['pending_approval', 'A2'])
    assert.equal((await call(201)).body.tier, 'A3')
    const byAssessor = await desk.claims.decide(asked.approval_id, { by: 'staff-claims' })
    assert.deepEqual([byAssessor.body.status, byAssessor.body.error.code], ['failed', 'policy_denied'])
    assert.equal((await read(claim_number)).status, 'assessed')
    const { body: again } = await call(200)
    assert.equal((await desk.claims.decide(again.approval_id)).body.status, 'executed')
    const { status, approved_minor } = await read(claim_number)
    assert.deepEqual([status, approved_minor], ['partially_approved', 200])
    await ceiling(200, 50_000)
  })

  it('approves never more than was requested, on the version that was seen, and divides to the cent', async () => {
    await desk.allow('approve_claim')
    const order = desk.order(({ lines }) => lines.length > 1)
    const lines = order.lines.map(({ orderLineId, quantity }) => ({ order_line_id: orderLineId, qty: quantity }))
    const claim = await assessed(order, { lines })
    const { claim_number, version: expected_version, requested_minor } = claim
    const call = (changes: object) =>
      desk.colleague().call('approve_claim', {
        ...{ claim_number, amount_minor: requested_minor, expected_version, idempotency_key: key(), ...changes },
      })
    assert.equal((await call({ amount_minor: requested_minor + 1 })).body.code, 'limit_exceeded')
    assert.equal((await call({ expected_version: expected_version - 1 })).body.code, 'version_conflict')
    const unequal = await call({ lines: [{ order_line_id: lines[0]?.order_line_id, amount_minor: 1 }] })
    assert.equal(unequal.body.code, 'invalid_argument')
    const foreign = await call({ amount_minor: 1, lines: [{ order_line_id: 'oln_other', amount_minor: 1 }] })
    assert.equal(foreign.body.code, 'not_found')
    const [most] = claim.lines
    const above = most.requested_minor + 1
    const tooMuch = await call({
      amount_minor: above,
      lines: [{ order_line_id: most.order_line_id, amount_minor: above }],
    })
    assert.equal(tooMuch.body.code, 'limit_exceeded')
    const part = ok(await call({ amount_minor: requested_minor - 1 }))
    assert.deepEqual([part.status, part.approved_minor], ['partially_approved', requested_minor - 1])
    const sum = part.lines.reduce(
      (all: number, { approved_minor }: { approved_minor: number }) => all + approved_minor,
      0,
    )
    assert.equal(sum, requested_minor - 1)
    await assert.rejects(
      desk.db
        .updateTable('claim')
        .set({ approved_minor: requested_minor + 1 })
        .where('number', '=', claim_number)
        .execute(),
      /check constraint/,
    )
  })

  it('is approved once when two approve it at the same moment', async () => {
    await desk.allow('approve_claim')
    const { claim_number, version: expected_version, requested_minor: amount_minor } = await assessed(desk.order())
    const args = { claim_number, amount_minor, expected_version }
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => desk.colleague().call('approve_claim', { ...args, idempotency_key: key() })),
    )
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    for (const { status, body } of answers) if (status !== 200) assert.equal(body.code, 'version_conflict')
  })

  it('denies with a letter, gives back what was set apart, and sets it apart anew on appeal', async () => {
    await desk.allow('deny_claim')
    const order = desk.order()
    const claim = await assessed(order)
    const { claim_number } = claim
    const denial = { claim_number, reason_code: 'evidence_contradicts', letter: 'The picture shows another article.' }
    const denied = ok(await desk.account('claims').call('deny_claim', { ...denial, idempotency_key: key() }))
    assert.deepEqual([denied.status, denied.reason_code], ['denied', 'evidence_contradicts'])
    ok(await desk.account('claims').call('deny_claim', denial))
    assert.deepEqual(await desk.draws(claim_number), [['released', 1, claim.requested_minor]])
    const again = await desk.customer(order.customer.username).call('open_claim', {
      ...{ order_id: order.orderId, type: 'damaged', lines: lineOf(order), idempotency_key: key() },
    })
    assert.ok(again.body.next_actions.some(({ tool }: { tool: string }) => tool === 'appeal_claim'))
    const appeal = { claim_number, statement: 'It is the same article.', idempotency_key: key() }
    const appealed = ok(await desk.customer(order.customer.username).call('appeal_claim', appeal))
    assert.equal(appealed.status, 'appealed')
    assert.deepEqual(await desk.draws(`${claim_number}-2`), [['held', 1, claim.requested_minor]])
    ok(await desk.account('claims').call('assess_claim', assessment(claim_number)))
    assert.equal((await read(claim_number)).assessments.length, 2)
    await eventually(
      () => factsOf(claim_number),
      (types) => types.includes('claim.denied.v1'),
      'the fact',
    )
  })

  it('refuses an appeal when the goods have been compensated otherwise since', async () => {
    await desk.allow('deny_claim')
    const order = desk.order(({ lines }) => lines[0]?.quantity === 1)
    const { claim_number } = await assessed(order)
    const letter = 'There is no evidence.'
    ok(await desk.account('claims').call('deny_claim', { claim_number, reason_code: 'no_evidence', letter }))
    await opened(order, { force_new: true })
    const refused = await desk
      .account('claims')
      .call('appeal_claim', { claim_number, statement: 'Look again.', idempotency_key: key() })
    assert.equal(refused.body.code, 'limit_exceeded')
    assert.equal((await read(claim_number)).status, 'denied')
  })

  it('does not let whoever approved a claim assess it afterwards', async () => {
    const { claim_number } = await approved(desk.order())
    const late = await desk.colleague().call('assess_claim', assessment(claim_number))
    assert.equal(late.body.code, 'invalid_transition')
    assert.deepEqual(late.body.details.legal, ['settling', 'withdrawn'])
  })
})
