import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { ProviderDispute } from '../src/provider/provider.ts'
import { eventEffects } from '../src/provider-events.ts'
import { openPayments, type Payments } from './payments.ts'
import { until } from './simulator-process.ts'

describe('payments, going well and not so well', () => {
  let payments: Payments
  before(async () => {
    payments = await openPayments()
  })
  after(async () => {
    assert.deepEqual(await payments.differences(), [])
    await payments.stop()
  })

  const get = async (payment_id: string) => (await payments.asPerson('get_payment', { payment_id })).body
  const capture = (payment_id: string, args: Record<string, unknown>) =>
    payments.asService('capture_payment', { payment_id, shipment_ref: `shp-${payment_id}`, ...args })

  it('authorises, captures per shipment and refunds, and the books agree at every step', async () => {
    const { payment_id, status, capture_before, risk } = await payments.authorize({
      items: [{ sku: 'CAT-1001', qty: 1, amount_minor: 8_600, shipping_minor: 599, tax_minor: 801 }],
    })
    assert.equal(status, 'authorized')
    assert.ok(Date.parse(capture_before) > Date.now())
    assert.equal(risk.level, 'low')
    const first = await payments.asService('capture_payment', {
      payment_id,
      amount_minor: 3_333,
      shipment_ref: 'shp-1',
    })
    assert.deepEqual(
      [first.status, first.body.status, first.body.captured_minor, first.body.capturable_minor],
      [200, 'succeeded', 3_333, 6_667],
    )
    const rest = await payments.asService('capture_payment', { payment_id, shipment_ref: 'shp-2', final: true })
    assert.deepEqual([rest.body.amount_minor, rest.body.captured_minor], [6_667, 10_000])
    const refund = { payment_id, source: 'rma', source_id: 'res-1', amount_minor: 1_250, reason: 'Returned' }
    const refunded = await payments.asService('refund_payment', refund)
    assert.deepEqual([refunded.body.status, refunded.body.refundable_minor], ['succeeded', 8_750])
    const { body } = await payments.asPerson('get_payment', { payment_id })
    assert.deepEqual([body.status, body.refund_status, body.captures.length], ['captured', 'partially_refunded', 2])
    assert.deepEqual(await payments.differences(), [])
    const facts = await payments.facts('payment.captured.v1')
    assert.deepEqual(
      facts.filter((fact) => fact.payment_id === payment_id).map(({ source_id, status }) => [source_id, status]),
      [
        ['shp-1', 'succeeded'],
        ['shp-2', 'succeeded'],
      ],
    )
  })

  it('tells a decline as a result, and leaves nothing to capture', async () => {
    const declined = await payments.authorize({ method: 'pm_sim_declined' })
    assert.equal(declined.status, 'declined')
    assert.ok(declined.decline_code && declined.message)
    const { status, body } = await capture(declined.payment_id, {})
    assert.deepEqual([status, body.code, body.details.status], [409, 'invalid_transition', 'declined'])
    const { body: closed } = await payments.asService('void_authorization', {
      payment_id: declined.payment_id,
      reason: 'Declined',
    })
    assert.deepEqual([closed.status, closed.void_status, closed.voided_minor], ['declined', 'nothing_to_void', 0])
  })

  it('finds out what happened when the answer was lost after the money was reserved', async () => {
    const { payment_id, status } = await payments.authorize({ method: 'pm_sim_lost' })
    assert.equal(status, 'authorized')
    for (const [operation, tool, args] of [
      ['capture', 'capture_payment', { shipment_ref: 'lost-1', amount_minor: 4_000 }],
      ['void', 'void_authorization', { amount_minor: 1_000, source_id: 'lost-2', reason: 'Short' }],
      ['refund', 'refund_payment', { source: 'rma', source_id: 'lost-3', amount_minor: 500, reason: 'Returned' }],
    ] as const) {
      await payments.simulator.control({ operation, behaviour: 'lose_response' })
      const { body } = await payments.asService(tool, { payment_id, ...args })
      assert.equal(body.void_status ?? body.status, 'succeeded', tool)
    }
    const { captured_minor, voided_minor, refunded_minor, captures } = await get(payment_id)
    assert.deepEqual([captured_minor, voided_minor, refunded_minor, captures.length], [4_000, 1_000, 500, 1])
  })

  it('calls an outcome unknown while the provider is away, and settles it under the same id when it is back', async () => {
    const { payment_id } = await payments.authorize()
    await payments.simulator.control({ operation: 'capture', behaviour: 'lose_response', times: 3 })
    const { body: lost } = await capture(payment_id, {})
    assert.deepEqual([lost.status, lost.capturable_minor], ['unknown', 0])
    const again = await capture(payment_id, {})
    assert.equal(again.body.capture_id, lost.capture_id)
    const { status, body } = await payments.asPerson('resolve_unknown_operation', { operation_id: lost.capture_id })
    assert.deepEqual([status, body.status, body.captured_minor], [200, 'succeeded', 10_000])
    const facts = await payments.facts('payment.captured.v1')
    assert.equal(facts.filter((fact) => fact.payment_id === payment_id).length, 1)
  })

  it('settles what is unknown by itself, and tells the order process how it ended', async () => {
    await payments.simulator.control({ operation: 'authorize', behaviour: 'lose_response', times: 3 })
    const { payment_id, status } = await payments.authorize()
    assert.equal(status, 'unknown')
    await until(async () => (await get(payment_id)).status === 'authorized')
    const facts = await payments.facts('payment.authorized.v1')
    assert.deepEqual(
      facts.filter((fact) => fact.payment_id === payment_id).map(({ amount_minor }) => amount_minor),
      [10_000],
    )
  })

  it('lets a capture that failed for good be tried again, as a new one', async () => {
    const { payment_id } = await payments.authorize()
    await payments.simulator.control({ operation: 'capture', behaviour: 'decline' })
    const failed = await capture(payment_id, {})
    assert.equal(failed.body.status, 'failed')
    assert.equal(failed.body.capturable_minor, 10_000)
    const second = await capture(payment_id, {})
    assert.equal(second.body.status, 'succeeded')
    assert.notEqual(second.body.capture_id, failed.body.capture_id)
    assert.equal((await get(payment_id)).captured_minor, 10_000)
  })

  it('asks the customer to confirm, and answers with the outcome once it is known', async () => {
    const asked = await payments.authorize({ checkout_id: 'chk-3ds', method: 'pm_sim_3ds' })
    assert.equal(asked.status, 'requires_action')
    assert.ok(asked.action_url.endsWith(`/payments/authenticate/${asked.payment_id}`))
    const provider = payments.simulator.provider()
    await provider.customerAction?.complete(asked.payment_id, 'approve')
    const row = await payments.db
      .selectFrom('authorization')
      .selectAll()
      .where('intent_id', '=', asked.payment_id)
      .executeTakeFirstOrThrow()
    const operation = { kind: 'authorize', operationId: row.id } as const
    const found = await provider.lookup(operation)
    if (found.status !== 'succeeded') throw new Error(`the provider says ${found.status}`)
    for (let times = 0; times < 2; times++)
      await payments.db.transaction().execute((trx) => eventEffects.operationEnded(trx, 'simulator', operation, found))
    const { order_ref } = await get(asked.payment_id)
    const again = await payments.authorize({ checkout_id: 'chk-3ds', order_ref, method: 'pm_sim_3ds' })
    assert.deepEqual([again.payment_id, again.status], [asked.payment_id, 'authorized'])
    const facts = await payments.facts('payment.authorized.v1')
    assert.equal(facts.filter((fact) => fact.payment_id === asked.payment_id).length, 1)
  })

  it('gives back what is authorised after the checkout gave up', async () => {
    const asked = await payments.authorize({ method: 'pm_sim_3ds' })
    const { payment_id } = asked
    const { body: closed } = await payments.asService('void_authorization', { payment_id, reason: 'Abandoned' })
    assert.equal(closed.status, 'voided')
    const provider = payments.simulator.provider()
    await provider.customerAction?.complete(payment_id, 'approve')
    const { id } = await payments.db
      .selectFrom('authorization')
      .select('id')
      .where('intent_id', '=', payment_id)
      .executeTakeFirstOrThrow()
    const found = await provider.lookup({ kind: 'authorize', operationId: id })
    if (found.status !== 'not_found')
      await payments.db
        .transaction()
        .execute((trx) => eventEffects.operationEnded(trx, 'simulator', { kind: 'authorize', operationId: id }, found))
    const after = await until(async () => {
      const now = await get(payment_id)
      return now.voided_minor === 10_000 && now
    })
    assert.deepEqual([after.status, after.capturable_minor, after.captured_minor], ['voided', 0, 0])
    assert.equal(after.voids[0].source, 'late_authorization')
  })

  it('holds a payment that looks like fraud until a person releases it', async () => {
    const { payment_id, status, holds, risk } = await payments.authorize({ method: 'pm_sim_review' })
    assert.deepEqual([status, risk.level, holds[0].kind], ['authorized', 'high', 'fraud_review'])
    const { hold_id } = holds[0]
    const blocked = await capture(payment_id, {})
    assert.deepEqual([blocked.status, blocked.body.details.reason], [409, 'held'])
    const { body: seen } = await payments.asPerson('get_hold', { hold_id })
    assert.deepEqual(seen.next_actions[0].scope, 'payments:release_hold')
    const release = { hold_id, reason: 'Called the customer', expected_version: seen.version, idempotency_key: hold_id }
    const without = await payments.asPerson('release_hold', release)
    assert.equal(without.status, 403)
    const scope = 'payments:read payments:release_hold'
    const stale = { ...release, expected_version: 9, idempotency_key: `${hold_id}-stale` }
    assert.equal((await payments.asPerson('release_hold', stale, 'finance', scope)).body.code, 'version_conflict')
    const asked = await payments.asPerson('release_hold', release, 'finance', scope)
    assert.deepEqual([asked.status, asked.body.status, asked.body.tier], [202, 'pending_approval', 'A3'])
    const { approval_id } = asked.body
    await payments.decide(approval_id)
    assert.equal((await capture(payment_id, {})).status, 409, 'one of two has agreed')
    const { body: decided } = await payments.decide(approval_id, { by: 'staff-approver2' })
    assert.deepEqual([decided.status, decided.result.holds[0].status], ['executed', 'released'])
    const holdRow = payments.db.selectFrom('hold').select('release_approval_id').where('id', '=', hold_id)
    assert.deepEqual(await holdRow.execute(), [{ release_approval_id: approval_id }])
    assert.equal((await capture(payment_id, {})).body.status, 'succeeded')
    const facts = await payments.facts('payment.hold_released.v1')
    assert.equal(facts.find((fact) => fact.hold_id === hold_id)?.outcome, 'released')
  })

  it('gives the money back and rejects the hold when a review declines the payment', async () => {
    const { payment_id, holds } = await payments.authorize({ method: 'pm_sim_review' })
    await payments.db.updateTable('approval_rule').set({ tier: 'A0' }).where('tool', '=', 'review_payment').execute()
    const verdict = { payment_id, decision: 'decline', reason: 'Stolen card', idempotency_key: payment_id }
    assert.equal((await payments.asPerson('review_payment', verdict)).status, 200)
    await until(async () => (await get(payment_id)).status === 'voided')
    const { body } = await payments.asPerson('get_hold', { hold_id: holds[0].hold_id })
    assert.equal(body.status, 'converted')
    const facts = await payments.facts('payment.hold_released.v1')
    assert.equal(facts.find((fact) => fact.hold_id === body.hold_id)?.outcome, 'rejected')
  })

  it('ends a hold by itself when its time has passed', async () => {
    const { payment_id } = await payments.authorize()
    const { body } = await payments.asPerson('place_hold', {
      ...{ target: 'payment', target_id: payment_id, kind: 'manual_review', reason: 'Have a look', ttl_s: 60 },
      idempotency_key: `hold-${payment_id}`,
    })
    const past = new Date(Date.now() - 1_000)
    await payments.db.updateTable('hold').set({ expires_at: past }).where('id', '=', body.hold_id).execute()
    assert.equal((await capture(payment_id, {})).body.status, 'succeeded')
  })

  it('answers a dispute with evidence, and the books follow the verdict', async () => {
    await payments.db.updateTable('approval_rule').set({ tier: 'A0' }).where('tool', 'like', '%dispute%').execute()
    for (const [verdict, evidence] of [
      ['won', { proof_of_delivery: 'Signed by the customer' }],
      ['lost', { tracking_number: 'None' }],
    ] as const) {
      const { payment_id } = await payments.authorize({ method: 'pm_sim_dispute' })
      await capture(payment_id, {})
      const news = await disputeOf(payment_id)
      await tellDispute({ ...news, status: 'needs_response' })
      assert.equal((await get(payment_id)).refundable_minor, 0)
      const { body: open } = await payments.asPerson('list_disputes', { payment_id, respond_within_hours: 24 * 8 })
      const { dispute_id } = open.items[0]
      const answer = { dispute_id, evidence }
      const first = await payments.asPerson('submit_dispute_evidence', answer)
      assert.deepEqual([first.body.answer_status, first.body.status], ['succeeded', 'under_review'])
      const again = await payments.asPerson('submit_dispute_evidence', answer)
      assert.deepEqual(again.body.evidence_untrusted, evidence)
      assert.equal((await payments.asPerson('accept_dispute', { dispute_id })).body.code, 'conflict')
      for (const status of [verdict, 'under_review'] as const) await tellDispute({ ...news, status })
      const { body: closed } = await payments.asPerson('get_dispute', { dispute_id })
      assert.equal(closed.status, verdict)
      assert.equal((await get(payment_id)).refundable_minor, verdict === 'won' ? 10_000 : 0)
      const facts = await payments.facts('payment.dispute_closed.v1')
      assert.equal(facts.find((fact) => fact.dispute_id === dispute_id)?.outcome, verdict)
    }
  })

  it('captures a payment of the demo, which the provider knows as well', async () => {
    const { body } = await payments.asPerson('list_payments', { status: 'authorized', to: yesterday(), limit: 1 })
    const [{ payment_id, amount_minor }] = body.items
    const answer = await capture(payment_id, {})
    assert.deepEqual([answer.body.status, answer.body.captured_minor], ['succeeded', amount_minor])
  })

  it('closes a payment whose authorisation has lapsed', async () => {
    const { payment_id } = await payments.authorize()
    const lapsed = { authorizationRef: await authorizationRef(payment_id) }
    await payments.db.transaction().execute((trx) => eventEffects.authorizationExpired(trx, 'simulator', lapsed))
    const { status, capturable_minor } = await get(payment_id)
    assert.deepEqual([status, capturable_minor], ['expired', 0])
    assert.equal((await capture(payment_id, {})).body.code, 'invalid_transition')
  })

  /** What the provider would tell of the dispute that it opened by itself. */
  async function disputeOf(payment_id: string): Promise<Omit<ProviderDispute, 'status'>> {
    const ref = await authorizationRef(payment_id)
    const provider = payments.simulator.provider()
    const found = await until(async () => {
      const movements = await provider.movements(new Date(Date.now() - 60_000), new Date(Date.now() + 60_000))
      return movements.find(({ kind, authorizationRef }) => kind === 'dispute' && authorizationRef === ref)
    })
    return {
      ...{ disputeRef: found.providerRef, authorizationRef: ref, amountMinor: found.amountMinor, currency: 'USD' },
      ...{ reason: 'product_not_received', respondBy: new Date(Date.now() + 7 * 86_400_000) },
    }
  }

  async function tellDispute(dispute: ProviderDispute): Promise<void> {
    await payments.db.transaction().execute((trx) => eventEffects.disputeChanged(trx, 'simulator', dispute))
  }

  async function authorizationRef(payment_id: string): Promise<string> {
    const { provider_ref } = await payments.db
      .selectFrom('authorization')
      .select('provider_ref')
      .where('intent_id', '=', payment_id)
      .executeTakeFirstOrThrow()
    return provider_ref as string
  }
})

function yesterday(): string {
  return new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
}
