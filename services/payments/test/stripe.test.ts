import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { ulid } from 'ulid'
import { chooseProvider } from '../src/provider/choose-provider.ts'
import type { AuthorizeRequest, Provider } from '../src/provider/provider.ts'
import { stripeProvider } from '../src/provider/stripe.ts'
import { CAPTURE_BEFORE, type StripeStandIn, startStripe } from './stripe-stand-in.ts'

const request = (changes: Partial<AuthorizeRequest> = {}): AuthorizeRequest => ({
  operationId: `aut_${ulid()}`,
  intentId: `pay_${ulid()}`,
  orderRef: 'ord_1',
  customerId: 'cust-001',
  amountMinor: 10_000,
  currency: 'USD',
  method: 'pm_card_visa',
  ...changes,
})

const capture = (authorizationRef: string, amountMinor: number, final = false) => ({
  ...{ operationId: `cap_${ulid()}`, authorizationRef, amountMinor, currency: 'USD', final },
})

const refund = (authorizationRef: string, amountMinor: number) => ({
  ...{ operationId: `ref_${ulid()}`, authorizationRef, amountMinor, currency: 'USD', reason: 'cancelled' },
})

describe('Stripe', () => {
  let stripe: StripeStandIn
  let provider: Provider

  before(async () => {
    stripe = await startStripe()
    const options = {
      secretKey: 'sk_test_1',
      webhookSecret: 'whsec_1',
      publicUrl: 'https://shop.example',
      apiUrl: stripe.url,
    }
    provider = stripeProvider({ ...options, answerLimitMs: 5_000 })
  })

  afterEach(() => {
    stripe.refuse(0, 0)
    stripe.loseAnswers(0)
  })

  after(() => stripe.close())

  const authorized = async (changes?: Partial<AuthorizeRequest>) => {
    const outcome = await provider.authorize(request(changes))
    assert.equal(outcome.status, 'succeeded', JSON.stringify(outcome))
    return (outcome as Extract<typeof outcome, { status: 'succeeded' }>).authorizationRef
  }
  const intentsOf = (operationId: string) =>
    [...stripe.intents.values()].filter(({ metadata }) => metadata.operation_id === operationId)
  const last = () => stripe.seen.at(-1)

  test('an authorization reserves the money under our id as the key, and says until when', async () => {
    const wanted = request()
    const outcome = await provider.authorize(wanted)
    assert.deepEqual(outcome, {
      status: 'succeeded',
      authorizationRef: intentsOf(wanted.operationId)[0]?.id,
      amountMinor: 10_000,
      captureBefore: new Date(CAPTURE_BEFORE * 1_000),
      risk: 'normal',
    })
    const seen = last()
    assert.equal(seen?.contentType, 'application/x-www-form-urlencoded')
    assert.equal(seen?.key, wanted.operationId)
    const { amount, currency, capture_method, confirm } = seen?.form ?? {}
    assert.deepEqual([amount, currency, capture_method, confirm], ['10000', 'usd', 'manual', 'true'])
    assert.equal(seen?.form['metadata[order_ref]'], 'ord_1')
    assert.equal(seen?.form['payment_method_options[card][request_multicapture]'], 'if_available')
  })

  test('risk and a single capture are told', async () => {
    const risky = await provider.authorize(request({ method: 'pm_risky' }))
    assert.equal(risky.status === 'succeeded' && risky.risk, 'elevated')
    const single = await provider.authorize(request({ method: 'pm_single' }))
    assert.equal(single.status === 'succeeded' && single.singleCapture, true)
  })

  test('amounts go in the minor units of their currency, except where Stripe counts hundredths', async () => {
    for (const [currency, sent] of [
      ['JPY', '500'],
      ['KWD', '500'],
      ['ISK', '50000'],
    ] as const) {
      const authorizationRef = await authorized({ currency, amountMinor: 500 })
      assert.equal(last()?.form.amount, sent)
      const taken = { ...capture(authorizationRef, 500, true), currency }
      const outcome = await provider.capture(taken)
      assert.equal(last()?.form.amount_to_capture, sent)
      assert.equal(outcome.status === 'succeeded' && outcome.amountMinor, 500, JSON.stringify(outcome))
    }
  })

  test('a declined card is a decline with its reason, not a fault, and stays one', async () => {
    const wanted = request({ method: 'pm_declined' })
    const outcome = await provider.authorize(wanted)
    assert.deepEqual(
      [outcome.status, 'code' in outcome && outcome.code, 'message' in outcome && outcome.message],
      ['declined', 'insufficient_funds', 'No money.'],
    )
    assert.deepEqual(await provider.authorize(wanted), outcome)
    assert.equal((await provider.lookup({ kind: 'authorize', operationId: wanted.operationId })).status, 'declined')
    assert.equal(intentsOf(wanted.operationId).length, 1)
  })

  test('a method that does not exist fails for good', async () => {
    const outcome = await provider.authorize(request({ method: 'pm_missing' }))
    assert.deepEqual([outcome.status, 'code' in outcome && outcome.code], ['failed', 'resource_missing'])
  })

  test('a payment that its customer must confirm names the page of the bank; later it is as the customer left it', async () => {
    const wanted = request({ method: 'pm_3ds' })
    const outcome = await provider.authorize(wanted)
    assert.equal(outcome.status === 'requires_action' && outcome.actionUrl, 'https://bank.example/confirm')
    assert.equal(last()?.form.return_url, `https://shop.example/payments/authenticate/${wanted.intentId}`)
    const { authorizationRef } = outcome as { authorizationRef: string }
    stripe.confirm(authorizationRef)
    const reference = { kind: 'authorize' as const, operationId: wanted.operationId, authorizationRef }
    assert.equal((await provider.lookup(reference)).status, 'succeeded')
    // Stripe itself would repeat its first answer here.
    assert.equal((await provider.authorize(wanted)).status, 'succeeded')
  })

  test('a lost answer is unknown; the search finds the payment, and the same id makes no second one', async () => {
    const wanted = request()
    stripe.loseAnswers(2)
    assert.equal((await provider.authorize(wanted)).status, 'unknown')
    const found = await provider.lookup({ kind: 'authorize', operationId: wanted.operationId })
    assert.equal(found.status, 'succeeded')
    assert.deepEqual(await provider.authorize(wanted), found)
    assert.equal(intentsOf(wanted.operationId).length, 1)
  })

  test('a capture, a refund and a void whose answers were lost happened once', async () => {
    const authorizationRef = await authorized()
    const taken = capture(authorizationRef, 4_000, true)
    stripe.loseAnswers(2)
    assert.equal((await provider.capture(taken)).status, 'unknown')
    const found = await provider.lookup({ kind: 'capture', operationId: taken.operationId, authorizationRef })
    assert.equal(found.status, 'succeeded')
    assert.deepEqual(await provider.capture(taken), found)
    assert.equal(stripe.intents.get(authorizationRef)?.amount_received, 4_000)

    const given = refund(authorizationRef, 1_500)
    stripe.loseAnswers(2)
    assert.equal((await provider.refund(given)).status, 'unknown')
    assert.equal(
      (await provider.lookup({ kind: 'refund', operationId: given.operationId, authorizationRef })).status,
      'succeeded',
    )
    assert.equal((await provider.refund(given)).status, 'succeeded')
    assert.equal([...stripe.refunds.values()].filter((one) => one.payment_intent === authorizationRef).length, 1)

    const open = await authorized()
    const released = { operationId: `vod_${ulid()}`, authorizationRef: open, currency: 'USD' }
    stripe.loseAnswers(2)
    assert.equal((await provider.void(released)).status, 'unknown')
    assert.equal((await provider.void(released)).status, 'succeeded')
  })

  test('an operation that Stripe has forgotten the key of is found again, not refused and not repeated', async () => {
    const authorizationRef = await authorized()
    const taken = capture(authorizationRef, 4_000, true)
    const first = await provider.capture(taken)
    const given = refund(authorizationRef, 4_000)
    const firstRefund = await provider.refund(given)
    const open = await authorized()
    const released = { operationId: `vod_${ulid()}`, authorizationRef: open, currency: 'USD' }
    const firstVoid = await provider.void(released)
    stripe.forgetKeys()
    assert.deepEqual(await provider.capture(taken), first)
    assert.deepEqual(await provider.refund(given), firstRefund)
    assert.deepEqual(await provider.void(released), firstVoid)
    const other = await provider.capture(capture(authorizationRef, 1, true))
    assert.equal(other.status, 'failed')
  })

  test('equal partial refunds under two ids both happen', async () => {
    const authorizationRef = await authorized()
    await provider.capture(capture(authorizationRef, 4_000, true))
    assert.equal((await provider.refund(refund(authorizationRef, 2_000))).status, 'succeeded')
    assert.equal((await provider.refund(refund(authorizationRef, 2_000))).status, 'succeeded')
    assert.equal((await provider.refund(refund(authorizationRef, 1))).status, 'failed')
  })

  test('a payment is captured shipment by shipment, and the last capture releases the rest', async () => {
    const authorizationRef = await authorized()
    const first = await provider.capture(capture(authorizationRef, 3_000))
    assert.equal(last()?.form.final_capture, 'false')
    const second = await provider.capture(capture(authorizationRef, 2_000, true))
    assert.equal(last()?.form.final_capture, undefined)
    assert.deepEqual(
      [first, second].map((outcome) => outcome.status === 'succeeded' && outcome.amountMinor),
      [3_000, 2_000],
    )
    assert.equal(stripe.intents.get(authorizationRef)?.amount_received, 5_000)
    const part = await provider.void({ operationId: 'vod_1', authorizationRef, amountMinor: 1, currency: 'USD' })
    assert.equal(part.status, 'failed')
  })

  test('too many requests, a fault there and a wrong API key leave everything open', async () => {
    for (const status of [429, 500, 401]) {
      const wanted = request()
      stripe.refuse(status, 2)
      assert.equal((await provider.authorize(wanted)).status, 'unknown', `status ${status}`)
      stripe.refuse(0, 0)
      assert.equal((await provider.lookup({ kind: 'authorize', operationId: wanted.operationId })).status, 'not_found')
      assert.equal((await provider.authorize(wanted)).status, 'succeeded')
    }
    stripe.refuse(500, 2)
    assert.equal((await provider.lookup({ kind: 'authorize', operationId: 'aut_1' })).status, 'unknown')
  })

  test('an id that came before with another amount is never taken for a success', async () => {
    const wanted = request()
    await provider.authorize(wanted)
    assert.equal((await provider.authorize({ ...wanted, amountMinor: 1 })).status, 'unknown')
  })

  test('an amount that is not the one we asked for is never taken for a success', async () => {
    const wanted = request()
    const authorizationRef = await authorized(wanted)
    const intent = stripe.intents.get(authorizationRef)
    Object.assign(intent ?? {}, { amount: 1_000 })
    const reference = { kind: 'authorize' as const, operationId: wanted.operationId, authorizationRef }
    assert.equal((await provider.lookup(reference)).status, 'unknown')

    const captured = await authorized()
    const taken = capture(captured, 4_000, true)
    await provider.capture(taken)
    Object.assign(stripe.intents.get(captured) ?? {}, { amount_received: 10_000 })
    const found = await provider.lookup({ kind: 'capture', operationId: taken.operationId, authorizationRef: captured })
    assert.match(found.status === 'unknown' ? found.reason : '', /10000 in all where 4000/)
  })

  test('evidence goes into the fields that Stripe has for it; accepting closes the dispute', async () => {
    stripe.disputes.set('dp_1', { id: 'dp_1', amount: 4_000, currency: 'usd', status: 'needs_response' })
    const evidence = { tracking_number: '1Z', proof_of_delivery: 'Signed by A. Cat' }
    const outcome = await provider.submitDisputeEvidence({ operationId: 'dsa_1', disputeRef: 'dp_1', evidence })
    assert.equal(outcome.status, 'succeeded')
    assert.deepEqual(stripe.disputes.get('dp_1')?.evidence, {
      shipping_tracking_number: '1Z',
      uncategorized_text: 'proof of delivery: Signed by A. Cat',
    })
    assert.equal((await provider.acceptDispute({ operationId: 'dsa_2', disputeRef: 'dp_1' })).status, 'succeeded')
    assert.equal((await provider.acceptDispute({ operationId: 'dsa_3', disputeRef: 'dp_none' })).status, 'failed')
  })

  test('movements name our operations', async () => {
    const payment_intent = {
      id: 'pi_1',
      metadata: { operation_id: 'aut_1', amount_minor: '900', cap_1: '400', cap_2: '500' },
    }
    const common = { currency: 'usd', created: 1_800_000_000, fee: 30 }
    stripe.transactions.push(
      {
        ...common,
        id: 'txn_2',
        type: 'refund',
        amount: -100,
        fee: 0,
        source: { object: 'refund', payment_intent: 'pi_1', metadata: { operation_id: 'ref_1' } },
      },
      { ...common, id: 'txn_1', type: 'charge', amount: 500, source: { object: 'charge', payment_intent } },
      { ...common, id: 'txn_0', type: 'payout', amount: -5_000, source: { object: 'payout' } },
    )
    const movements = await provider.movements(new Date(0), new Date())
    assert.deepEqual(
      movements.map(({ kind, operationId, amountMinor, feeMinor }) => [kind, operationId, amountMinor, feeMinor]),
      [
        ['capture', 'cap_2', 500, 30],
        ['refund', 'ref_1', 100, 0],
      ],
    )
  })
})

test('the environment chooses the provider, and half a configuration is refused', () => {
  const stripe = { STRIPE_SECRET_KEY: 'sk_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' }
  const simulator = { PSP_URL: 'http://127.0.0.1:8110', PSP_SECRET: 'sixteen characters' }
  const demo = { ...simulator, BACKROOM_PROFILE: 'demo' }
  assert.equal(chooseProvider({ ...stripe, ...demo }).name, 'stripe')
  assert.equal(chooseProvider(demo).name, 'simulator')
  assert.throws(() => chooseProvider(simulator), /the demo profile alone/)
  assert.throws(() => chooseProvider({}), /STRIPE_SECRET_KEY/)
  assert.throws(() => chooseProvider({ ...demo, STRIPE_SECRET_KEY: 'sk_1' }), /STRIPE_WEBHOOK_SECRET/)
})
