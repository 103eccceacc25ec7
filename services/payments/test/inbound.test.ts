import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ulid } from 'ulid'
import { type NotifiedPayments, sign, startNotifiedPayments } from './notified-payments.ts'
import { until } from './simulator-process.ts'

describe('the inbox of the provider', () => {
  let payments: NotifiedPayments

  before(async () => {
    payments = await startNotifiedPayments()
  })

  after(() => payments.stop())

  const authorizationOf = async (paymentId: string) => {
    const row = await payments.db
      .selectFrom('authorization')
      .select(['id', 'provider_ref'])
      .where('intent_id', '=', paymentId)
      .executeTakeFirstOrThrow()
    return { id: row.id, ref: row.provider_ref ?? '' }
  }
  const processed = (authorizationRef: string, count: number) =>
    until(async () => {
      const rows = await payments.inbox(authorizationRef)
      return rows.filter((row) => row.processed_at).length >= count ? rows : undefined
    })
  /** A notification that the provider would send about an authorization. */
  const about = (authorization: { id: string; ref: string }, operation: object = {}) => ({
    id: `evt_${ulid()}`,
    type: 'authorize.succeeded',
    data: {
      operation: {
        ...{ id: 'op_1', key: authorization.id, kind: 'authorize', status: 'succeeded' },
        ...{ code: null, message: null, amount_minor: 10_000 },
        authorization: {
          ...{ id: authorization.ref, intent_id: 'pay_1', status: 'authorized', risk: 'normal' },
          ...{ amount_minor: 10_000, currency: 'USD', capture_before: '2099-01-01T00:00:00.000Z' },
        },
        ...operation,
      },
    },
  })

  test('every notification is kept and processed once, though it comes twice and in the wrong order', async () => {
    const { payment_id } = await payments.authorize('pm_sim_visa')
    const { ref } = await authorizationOf(payment_id)
    await processed(ref, 1)
    await payments.simulator.control({ operation: 'capture', behaviour: 'duplicate_webhook' })
    await payments.simulator.control({ operation: 'capture', behaviour: 'reorder_webhooks', delay_ms: 20_000 })
    const { body: captured } = await payments.asOms('capture_payment', { payment_id, shipment_ref: 'shp-1' })
    assert.equal(captured.status, 'succeeded')
    const refund = { payment_id, source: 'cancel', source_id: 'chg-1', amount_minor: 1_000, reason: 'cancelled' }
    assert.equal((await payments.asOms('refund_payment', refund)).body.status, 'succeeded')
    const rows = await processed(ref, 3)
    assert.deepEqual(rows.map(({ type }) => type).sort(), [
      'authorize.succeeded',
      'capture.succeeded',
      'refund.succeeded',
    ])
    assert.deepEqual(
      rows.map(({ type }) => type).slice(-1),
      ['capture.succeeded'],
      'the capture was told after the refund',
    )
    const { captured_minor, refunded_minor, status } = await payments.read(payment_id)
    assert.deepEqual([status, captured_minor, refunded_minor], ['captured', 10_000, 1_000])
    assert.deepEqual(await payments.db.selectFrom('ledger_differences').selectAll().execute(), [])
  })

  test('one notification delivered 20 times at once is one row, and all deliveries are accepted', async () => {
    const { payment_id } = await payments.authorize('pm_sim_mastercard')
    const authorization = await authorizationOf(payment_id)
    await processed(authorization.ref, 1)
    const before = await payments.read(payment_id)
    const event = JSON.stringify(about(authorization))
    const answers = await Promise.all(Array.from({ length: 20 }, () => payments.notify(event)))
    assert.deepEqual(new Set(answers), new Set([200]))
    assert.equal((await payments.inbox(authorization.ref)).length, 2, 'accepted means kept')
    const rows = await processed(authorization.ref, 2)
    assert.equal(rows.length, 2)
    assert.deepEqual(await payments.read(payment_id), before)
  })

  test('a late notification never takes a payment back to where it was', async () => {
    const { payment_id } = await payments.authorize('pm_sim_visa')
    const authorization = await authorizationOf(payment_id)
    await payments.asOms('capture_payment', { payment_id, shipment_ref: 'shp-late' })
    await processed(authorization.ref, 2)
    const before = await payments.read(payment_id)
    for (const stale of [
      about(authorization),
      about(authorization, { status: 'requires_action' }),
      about(authorization, { status: 'declined', code: 'card_declined', message: 'No.' }),
      {
        id: `evt_${ulid()}`,
        type: 'authorization.expired',
        data: { authorization: about(authorization).data.operation.authorization },
      },
    ])
      assert.equal(await payments.notify(JSON.stringify(stale)), 200)
    await processed(authorization.ref, 6)
    const { status, captured_minor, capturable_minor } = await payments.read(payment_id)
    assert.deepEqual([status, captured_minor, capturable_minor], [before.status, 10_000, 0])
  })

  test('a notification about a payment that is not known yet is kept, and has its effect when the payment is there', async () => {
    const { payment_id } = await payments.authorize('pm_sim_3ds')
    const { id } = await authorizationOf(payment_id)
    // The row that the notification is about comes after it: as if this process were behind.
    const later = `aut_${ulid()}`
    const event = about({ id: later, ref: `sim_${ulid()}` })
    assert.equal(await payments.notify(JSON.stringify(event)), 200)
    await until(async () => (await payments.inbox(later)).some(({ attempts }) => attempts > 0))
    assert.equal((await payments.inbox(later))[0]?.processed_at, null)
    assert.equal((await payments.read(payment_id)).status, 'requires_action')
    await payments.db.updateTable('authorization').set({ id: later }).where('id', '=', id).execute()
    await processed(later, 1)
    assert.equal((await payments.read(payment_id)).status, 'authorized')
  })

  test('what is not authentic is refused and leaves nothing', async () => {
    const count = async () => (await payments.inbox()).length
    const before = await count()
    const body = JSON.stringify(about({ id: 'aut_1', ref: 'sim_1' }))
    const now = Math.floor(Date.now() / 1_000)
    for (const [why, text, signature] of [
      ['another secret', body, sign(body, now, 'another secret')],
      ['another body', `${body} `, sign(body)],
      ['an old signature', body, sign(body, now - 3_600)],
      ['a signature from the future', body, sign(body, now + 3_600)],
      ['no signature', body, ''],
      ['no notification', '{"id":1}', sign('{"id":1}')],
      ['no JSON', 'hello', sign('hello')],
      ['nothing', '', sign('')],
    ] as const)
      assert.equal(await payments.notify(text, { 'psp-signature': signature }), 400, why)
    const large = JSON.stringify({ ...about({ id: 'aut_1', ref: 'sim_1' }), filler: 'x'.repeat(300_000) })
    assert.equal(await payments.notify(large), 413)
    assert.equal(await count(), before)
  })

  test('a provider that payments does not use is not found', async () => {
    const response = await fetch(`${payments.address}/payments/webhooks/stripe`, { method: 'POST', body: '{}' })
    assert.equal(response.status, 404)
  })
})
