import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Stripe } from 'stripe'
import { ulid } from 'ulid'
import { BadWebhook } from '../src/provider/provider.ts'
import { stripeProvider } from '../src/provider/stripe.ts'

const webhookSecret = 'whsec_of_a_test'

describe('notifications of Stripe', () => {
  const options = { secretKey: 'sk_test_1', webhookSecret, publicUrl: 'https://shop.example' }
  const provider = stripeProvider(options)

  const signed = (type: string, object: object, timestamp?: number) => {
    const payload = JSON.stringify({ id: `evt_${ulid()}`, object: 'event', type, data: { object } })
    const at = timestamp === undefined ? {} : { timestamp }
    const signature = new Stripe('sk_test_1').webhooks.generateTestHeaderString({
      payload,
      secret: webhookSecret,
      ...at,
    })
    return { body: Buffer.from(payload), headers: { 'stripe-signature': signature } }
  }
  const read = (type: string, object: object) => {
    const { body, headers } = signed(type, object)
    return provider.readEvent(provider.verifyWebhook(body, headers).payload)
  }
  const intent = {
    id: 'pi_1',
    amount: 500,
    currency: 'usd',
    created: 1_800_000_000,
    metadata: { operation_id: 'aut_1', amount_minor: '500' },
  }

  test('a signature that is wrong, missing, old or of another body is refused', () => {
    const { body, headers } = signed('payment_intent.canceled', intent)
    assert.throws(() => provider.verifyWebhook(Buffer.concat([body, Buffer.from(' ')]), headers), BadWebhook)
    assert.throws(() => provider.verifyWebhook(body, {}), BadWebhook)
    assert.throws(() => provider.verifyWebhook(body, { 'stripe-signature': 't=1,v1=00' }), BadWebhook)
    const old = signed('payment_intent.canceled', intent, Math.floor(Date.now() / 1_000) - 3_600)
    assert.throws(() => provider.verifyWebhook(old.body, old.headers), BadWebhook)
    assert.equal(provider.verifyWebhook(body, headers).type, 'payment_intent.canceled')
  })

  test('they tell the end of an authorization', () => {
    const held = read('payment_intent.amount_capturable_updated', { ...intent, status: 'requires_capture' })
    assert.equal(held?.about === 'operation' && held.outcome.status, 'succeeded')
    assert.deepEqual(held?.about === 'operation' && held.operation, {
      ...{ kind: 'authorize', operationId: 'aut_1', authorizationRef: 'pi_1' },
    })
    const refusal = { code: 'payment_intent_authentication_failure', message: 'Not confirmed.' }
    const failed = read('payment_intent.payment_failed', {
      ...{ ...intent, status: 'requires_payment_method', last_payment_error: refusal },
    })
    assert.equal(failed?.about === 'operation' && failed.outcome.status, 'declined')
    const lapsed = { ...intent, status: 'canceled', cancellation_reason: 'automatic' }
    assert.equal(read('payment_intent.canceled', lapsed)?.about, 'authorization_expired')
  })

  test('they tell the end of a refund, and what becomes of a dispute', () => {
    const object = {
      id: 're_1',
      amount: 100,
      currency: 'usd',
      payment_intent: 'pi_1',
      metadata: { operation_id: 'ref_1' },
    }
    const pending = read('refund.created', { ...object, status: 'pending' })
    assert.equal(pending?.about === 'operation' && pending.outcome.status, 'pending')
    const failed = read('refund.failed', { ...object, status: 'failed', failure_reason: 'expired_or_canceled_card' })
    assert.equal(failed?.about === 'operation' && failed.outcome.status, 'failed')
    const dispute = read('charge.dispute.created', {
      ...{ id: 'dp_1', amount: 400, currency: 'usd', reason: 'fraudulent', status: 'needs_response' },
      ...{ payment_intent: 'pi_1', evidence_details: { due_by: 1_800_000_000 } },
    })
    assert.deepEqual(dispute?.about === 'dispute' && dispute.dispute, {
      ...{ disputeRef: 'dp_1', authorizationRef: 'pi_1', amountMinor: 400, currency: 'USD', reason: 'fraudulent' },
      ...{ status: 'needs_response', respondBy: new Date(1_800_000_000_000) },
    })
  })

  test('what is no business of ours says nothing', () => {
    assert.equal(read('customer.created', { id: 'cus_1' }), undefined)
    assert.equal(read('payment_intent.payment_failed', { ...intent, metadata: {}, status: 'canceled' }), undefined)
  })
})
