import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openPayments, type Payments } from './payments.ts'

const TIMES = 20

describe('calls that are repeated', () => {
  let payments: Payments
  before(async () => {
    payments = await openPayments()
  })
  after(async () => {
    assert.deepEqual(await payments.differences(), [])
    await payments.stop()
  })

  const get = async (payment_id: string) => (await payments.asPerson('get_payment', { payment_id })).body
  const captured = async () => {
    const { payment_id } = await payments.authorize()
    await payments.asService('capture_payment', { payment_id, shipment_ref: `ship-${payment_id}` })
    return payment_id
  }
  const charges = async () => {
    const day = new Date()
    const provider = payments.simulator.provider()
    const movements = await provider.movements(new Date(day.getTime() - 60_000), new Date(day.getTime() + 60_000))
    return movements.length
  }
  /** All at once, then again: those that came while the first was running are told to ask again. */
  const manyTimes = async (tool: string, args: Record<string, unknown>) => {
    const answers = await Promise.all(Array.from({ length: TIMES }, () => payments.asService(tool, args)))
    for (const { status, body } of answers)
      assert.ok(status === 200 || body.code === 'idempotency_in_flight', JSON.stringify(body))
    return [...answers.filter(({ status }) => status === 200), await payments.asService(tool, args)]
  }

  for (const key of [undefined, 'the same key']) {
    it(`authorises a checkout once, however often it is asked ${key ? 'with one key' : 'without a key'}`, async () => {
      const answers = await manyTimes('authorize_payment', {
        ...{ checkout_id: `many-${key}`, order_ref: `many-${key}`, customer_id: 'cust-003', amount_minor: 5_000 },
        ...{ currency: 'USD', method: 'pm_sim_visa', ...(key ? { idempotency_key: `authorize ${key}` } : {}) },
      })
      assert.equal(new Set(answers.map(({ body }) => body.payment_id)).size, 1)
    })

    it(`captures a shipment once, however often it is asked ${key ? 'with one key' : 'without a key'}`, async () => {
      const { payment_id } = await payments.authorize()
      const before = await charges()
      const answers = await manyTimes('capture_payment', {
        ...{ payment_id, shipment_ref: `many-${payment_id}`, amount_minor: 2_500 },
        ...(key ? { idempotency_key: `capture ${key}` } : {}),
      })
      assert.equal(new Set(answers.map(({ body }) => body.capture_id)).size, 1)
      assert.equal((await get(payment_id)).captured_minor, 2_500)
      assert.equal(await charges(), before + 1)
    })

    it(`refunds a source once, however often it is asked ${key ? 'with one key' : 'without a key'}`, async () => {
      const payment_id = await captured()
      const before = await charges()
      const answers = await manyTimes('refund_payment', {
        ...{ payment_id, source: 'rma', source_id: `many-${payment_id}`, amount_minor: 700, reason: 'Returned' },
        ...(key ? { idempotency_key: `refund ${key}` } : {}),
      })
      assert.equal(new Set(answers.map(({ body }) => body.refund_id)).size, 1)
      assert.equal((await get(payment_id)).refunded_minor, 700)
      assert.equal(await charges(), before + 1)
    })
  }

  it('makes equal refunds for different sources, each once', async () => {
    const payment_id = await captured()
    for (const source_id of ['line-1', 'line-2', 'line-1'])
      await payments.asService('refund_payment', {
        ...{ payment_id, source: 'rma', source_id: `${payment_id}-${source_id}`, amount_minor: 1_000, reason: 'Equal' },
      })
    const { refunds, refunded_minor } = await get(payment_id)
    assert.deepEqual([refunds.length, refunded_minor], [2, 2_000])
  })

  it('refuses the same source with another amount, and the same key with another request', async () => {
    const payment_id = await captured()
    const refund = { payment_id, source: 'rma', source_id: `other-${payment_id}`, reason: 'Returned' }
    await payments.asService('refund_payment', { ...refund, amount_minor: 100, idempotency_key: 'one intent' })
    const other = await payments.asService('refund_payment', { ...refund, amount_minor: 200 })
    assert.deepEqual([other.status, other.body.details.reason], [409, 'other_terms'])
    const reused = { ...refund, source_id: 'another', amount_minor: 100, idempotency_key: 'one intent' }
    assert.equal((await payments.asService('refund_payment', reused)).body.code, 'idempotency_conflict')
    const shipment = { payment_id, shipment_ref: `ship-${payment_id}`, amount_minor: 1 }
    assert.equal((await payments.asService('capture_payment', shipment)).body.details.reason, 'other_terms')
    assert.equal((await get(payment_id)).refunded_minor, 100)
  })

  it('needs a key where nothing else tells a retry from a second intent', async () => {
    const hold = { target: 'customer', target_id: 'cust-004', kind: 'manual_review', reason: 'Look at it' }
    assert.equal((await payments.asPerson('place_hold', hold)).body.code, 'idempotency_key_required')
    const keyed = { ...hold, idempotency_key: 'one hold' }
    const [first, second] = [await payments.asPerson('place_hold', keyed), await payments.asPerson('place_hold', keyed)]
    assert.equal(first.body.hold_id, second.body.hold_id)
  })

  it('captures and refunds at the provider no more than there is when many come at once', async () => {
    const { payment_id } = await payments.authorize()
    const captures = await Promise.all(
      Array.from({ length: TIMES }, (_, index) =>
        payments.asService('capture_payment', {
          payment_id,
          amount_minor: 1_000,
          shipment_ref: `${payment_id}-${index}`,
        }),
      ),
    )
    assert.equal(captures.filter(({ status, body }) => status === 200 && body.status === 'succeeded').length, 10)
    const refunds = await Promise.all(
      Array.from({ length: TIMES }, (_, index) =>
        payments.asService('refund_payment', {
          ...{
            payment_id,
            source: 'rma',
            source_id: `${payment_id}-${index}`,
            amount_minor: 3_000,
            reason: 'Returned',
          },
        }),
      ),
    )
    assert.equal(refunds.filter(({ status, body }) => status === 200 && body.status === 'succeeded').length, 3)
    const { captured_minor, refunded_minor, refundable_minor } = await get(payment_id)
    assert.deepEqual([captured_minor, refunded_minor, refundable_minor], [10_000, 9_000, 1_000])
  })
})
