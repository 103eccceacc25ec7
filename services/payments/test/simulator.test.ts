import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { demoOrders } from '@backroom/demo-data'
import { demoReferences } from '@backroom/payment-simulator/demo-references'
import fc from 'fast-check'
import { ulid } from 'ulid'
import type { AuthorizeRequest, Movement, Provider } from '../src/provider/provider.ts'
import { type SimulatorProcess, startSimulator, until } from './simulator-process.ts'

const request = (changes: Partial<AuthorizeRequest> = {}): AuthorizeRequest => ({
  operationId: `aut_${ulid()}`,
  intentId: `pay_${ulid()}`,
  orderRef: 'ord_1',
  customerId: 'cust-001',
  amountMinor: 10_000,
  currency: 'USD',
  method: 'pm_sim_visa',
  ...changes,
})

const capture = (authorizationRef: string, amountMinor: number, final = false) => ({
  ...{ operationId: `cap_${ulid()}`, authorizationRef, amountMinor, currency: 'USD', final },
})

const refund = (authorizationRef: string, amountMinor: number) => ({
  ...{ operationId: `ref_${ulid()}`, authorizationRef, amountMinor, currency: 'USD', reason: 'cancelled' },
})

describe('the simulated provider', () => {
  let simulator: SimulatorProcess
  let provider: Provider

  before(async () => {
    simulator = await startSimulator()
    provider = simulator.provider()
  })

  after(() => simulator.stop())

  const authorized = async (changes?: Partial<AuthorizeRequest>) => {
    const outcome = await provider.authorize(request(changes))
    assert.equal(outcome.status, 'succeeded')
    return (outcome as Extract<typeof outcome, { status: 'succeeded' }>).authorizationRef
  }
  const movementsOf = async (authorizationRef: string): Promise<Movement[]> => {
    const all = await provider.movements(new Date(Date.now() - 3_600_000), new Date(Date.now() + 60_000))
    return all.filter((movement) => movement.authorizationRef === authorizationRef)
  }

  test('a process that is killed knows after its restart every operation that it answered', async () => {
    const authorization = request()
    const first = await provider.authorize(authorization)
    assert.equal(first.status, 'succeeded')
    const { authorizationRef } = first as { authorizationRef: string }
    const taken = capture(authorizationRef, 4_000)
    assert.equal((await provider.capture(taken)).status, 'succeeded')

    await simulator.kill()
    assert.equal((await provider.capture(taken)).status, 'unknown')
    await simulator.restart()

    assert.deepEqual(await provider.authorize(authorization), first)
    assert.equal((await provider.capture(taken)).status, 'succeeded')
    assert.deepEqual(
      (await movementsOf(authorizationRef)).map(({ kind, amountMinor, operationId }) => [
        kind,
        amountMinor,
        operationId,
      ]),
      [['capture', 4_000, taken.operationId]],
    )
  })

  test('an answer that was lost after the commit is unknown; the lookup finds it and the same id charges once', async () => {
    const authorization = request({ method: 'pm_sim_lost' })
    assert.equal((await provider.authorize(authorization)).status, 'unknown')
    const found = await provider.lookup({ kind: 'authorize', operationId: authorization.operationId })
    assert.equal(found.status, 'succeeded')
    assert.deepEqual(await provider.authorize(authorization), found)

    const { authorizationRef } = found as { authorizationRef: string }
    const taken = capture(authorizationRef, 2_500)
    await simulator.control({ operation: 'capture', behaviour: 'lose_response', times: 2 })
    assert.equal((await provider.capture(taken)).status, 'unknown')
    assert.equal((await provider.capture(taken)).status, 'unknown')
    assert.equal((await provider.lookup({ kind: 'capture', operationId: taken.operationId })).status, 'succeeded')
    assert.equal((await provider.capture(taken)).status, 'succeeded')
    assert.equal((await movementsOf(authorizationRef)).length, 1)
  })

  test('a bank that answers late is unknown at first; the payment is made once, whoever waited', async () => {
    const impatient = simulator.provider({ answerLimitMs: 250 })
    const authorization = request()
    await simulator.control({ operation: 'authorize', behaviour: 'delay', delay_ms: 900 })
    assert.equal((await impatient.authorize(authorization)).status, 'unknown')
    const reference = { kind: 'authorize' as const, operationId: authorization.operationId }
    assert.equal((await impatient.lookup(reference)).status, 'not_found')
    const found = await until(async () => {
      const outcome = await impatient.lookup(reference)
      return outcome.status === 'succeeded' && outcome
    })
    assert.deepEqual(await impatient.authorize(authorization), found)
  })

  test('a refusal of service does nothing; the same id goes through later', async () => {
    const authorization = request()
    await simulator.control({ operation: 'authorize', behaviour: 'unavailable' })
    assert.equal((await provider.authorize(authorization)).status, 'unknown')
    const reference = { kind: 'authorize' as const, operationId: authorization.operationId }
    assert.equal((await provider.lookup(reference)).status, 'not_found')
    assert.equal((await provider.authorize(authorization)).status, 'succeeded')
  })

  test('a decline says why in words for the customer, and says so for ever', async () => {
    for (const [method, code] of [
      ['pm_sim_declined', 'card_declined'],
      ['pm_sim_insufficient_funds', 'insufficient_funds'],
    ] as const) {
      const authorization = request({ method })
      const outcome = await provider.authorize(authorization)
      assert.equal(outcome.status, 'declined')
      assert.equal((outcome as { code: string }).code, code)
      assert.match((outcome as { message: string }).message, /\.$/)
      assert.deepEqual(await provider.authorize(authorization), outcome)
    }
    assert.equal((await provider.authorize(request({ method: 'pm_unheard_of' }))).status, 'failed')
  })

  test('a method under suspicion is authorised and marked', async () => {
    const outcome = await provider.authorize(request({ method: 'pm_sim_review' }))
    assert.equal(outcome.status === 'succeeded' && outcome.risk, 'elevated')
  })

  test('an id that came before with another request moves nothing', async () => {
    const authorizationRef = await authorized()
    const taken = capture(authorizationRef, 1_000)
    await provider.capture(taken)
    const outcome = await provider.capture({ ...taken, amountMinor: 2_000 })
    assert.deepEqual([outcome.status, 'reason' in outcome && outcome.reason], ['unknown', '409 key_reused'])
    assert.equal((await movementsOf(authorizationRef)).length, 1)
  })

  test('more than is left, another currency and a closed authorization are refused for good', async () => {
    const authorizationRef = await authorized()
    const code = async (outcome: Promise<{ status: string; code?: string }>) => {
      const { status, code } = await outcome
      return status === 'failed' ? code : status
    }
    assert.equal(await code(provider.capture(capture(authorizationRef, 10_001))), 'amount_too_large')
    assert.equal(
      await code(provider.capture({ ...capture(authorizationRef, 1), currency: 'EUR' })),
      'currency_mismatch',
    )
    assert.equal(await code(provider.refund(refund(authorizationRef, 1))), 'nothing_left')
    assert.equal(await code(provider.capture(capture(authorizationRef, 3_000, true))), 'succeeded')
    assert.equal(await code(provider.capture(capture(authorizationRef, 1))), 'nothing_left')
    assert.equal(await code(provider.refund(refund(authorizationRef, 3_001))), 'amount_too_large')
    const voided = await authorized()
    assert.equal(
      await code(provider.void({ operationId: ulid(), authorizationRef: voided, currency: 'USD' })),
      'succeeded',
    )
    assert.equal(await code(provider.capture(capture(voided, 1))), 'authorization_voided')
    assert.equal(await code(provider.capture(capture('sim_nothing', 1))), 'no_such_authorization')
  })

  test('one id sent 20 times at once is one capture', async () => {
    const authorizationRef = await authorized()
    const taken = capture(authorizationRef, 700)
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => provider.capture(taken)))
    assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set(['succeeded']))
    assert.equal((await movementsOf(authorizationRef)).length, 1)
  })

  test('whatever is asked in whatever order, no more is taken than was reserved and no more given back than taken', async () => {
    const step = fc.record({
      kind: fc.constantFrom('capture', 'void', 'refund'),
      amount: fc.integer({ min: 1, max: 6_000 }),
      final: fc.boolean(),
    })
    const sequences = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
      const authorizationRef = await authorized()
      await Promise.all(
        steps.map(({ kind, amount, final }) => {
          if (kind === 'capture') return provider.capture(capture(authorizationRef, amount, final))
          if (kind === 'refund') return provider.refund(refund(authorizationRef, amount))
          return provider.void({ operationId: ulid(), authorizationRef, amountMinor: amount, currency: 'USD' })
        }),
      )
      const booked = await movementsOf(authorizationRef)
      const sum = (kind: string) =>
        booked.filter((one) => one.kind === kind).reduce((total, { amountMinor }) => total + amountMinor, 0)
      assert.ok(sum('capture') <= 10_000, `captured ${sum('capture')}`)
      assert.ok(sum('refund') <= sum('capture'), `refunded ${sum('refund')} of ${sum('capture')}`)
    })
    await fc.assert(sequences, { numRuns: 15 })
  })

  test('nobody gets in without the secret', async () => {
    const response = await fetch(`${simulator.url}/movements?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z`)
    assert.equal(response.status, 401)
  })
})

test('in the demo profile it knows the demo orders, and takes the money of those that are not shipped yet', async () => {
  const simulator = await startSimulator({ profile: 'demo' })
  try {
    const provider = simulator.provider()
    const orders = demoOrders(new Date())
    const shipped = orders.filter(({ shippedAt }) => shippedAt)
    const booked = await provider.movements(new Date(0), new Date())
    assert.deepEqual(
      booked.map(({ operationId, amountMinor }) => [operationId, amountMinor]).sort(),
      shipped.map((order) => [demoReferences(order).captureId, order.totalMinor]).sort(),
    )
    const waiting = orders.find(({ status, shippedAt }) => status === 'processing' && !shippedAt)
    assert.ok(waiting)
    const { authorizationRef } = demoReferences(waiting)
    assert.equal((await provider.capture(capture(authorizationRef, waiting.totalMinor, true))).status, 'succeeded')
  } finally {
    await simulator.stop()
  }
})

test('a notification is sent, rightly signed, until it is taken: over refusals, and over the death of the provider', async (t) => {
  const received: { id: string; type: string }[] = []
  let refuses = true
  const receiver = createServer(async (incoming, response) => {
    const body = await buffer(incoming)
    const { payload } = provider.verifyWebhook(body, incoming.headers)
    received.push(payload as { id: string; type: string })
    response.writeHead(refuses ? 500 : 200).end()
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const { port } = receiver.address() as AddressInfo
  const simulator = await startSimulator({ webhookUrl: `http://127.0.0.1:${port}/` })
  const provider = simulator.provider()
  t.after(async () => {
    await simulator.stop()
    receiver.close()
  })
  await provider.authorize(request({ method: 'pm_sim_declined' }))
  await until(() => received.length >= 2)
  await simulator.kill()
  refuses = false
  const before = received.length
  await simulator.restart()
  await until(() => received.length > before)
  assert.deepEqual(new Set(received.map(({ type }) => type)), new Set(['authorize.declined']))
  assert.equal(new Set(received.map(({ id }) => id)).size, 1)
})

test('a captured payment is disputed; a proof of delivery wins, silence and giving in do not', async (t) => {
  const simulator = await startSimulator()
  t.after(() => simulator.stop())
  const provider = simulator.provider()
  const disputed = async () => {
    const outcome = await provider.authorize(request({ method: 'pm_sim_dispute' }))
    const { authorizationRef } = outcome as { authorizationRef: string }
    await provider.capture(capture(authorizationRef, 4_000, true))
    const movements = await provider.movements(new Date(0), new Date(Date.now() + 60_000))
    const dispute = movements.find((one) => one.kind === 'dispute' && one.authorizationRef === authorizationRef)
    return { authorizationRef, disputeRef: dispute?.providerRef ?? '' }
  }
  const kinds = async (authorizationRef: string) => {
    const movements = await provider.movements(new Date(0), new Date(Date.now() + 60_000))
    return movements.filter((one) => one.authorizationRef === authorizationRef).map(({ kind }) => kind)
  }
  const { authorizationRef, disputeRef } = await disputed()
  assert.equal((await provider.refund(refund(authorizationRef, 1))).status, 'failed', 'the bank has the money')
  const answer = { operationId: 'dsa_1', disputeRef, evidence: { proof_of_delivery: 'Signed by A. Cat' } }
  assert.equal((await provider.submitDisputeEvidence(answer)).status, 'succeeded')
  assert.equal((await provider.submitDisputeEvidence(answer)).status, 'succeeded')
  assert.deepEqual(await kinds(authorizationRef), ['capture', 'dispute', 'dispute_reversal'])
  assert.equal((await provider.refund(refund(authorizationRef, 1))).status, 'succeeded')

  const other = await disputed()
  assert.equal(
    (await provider.acceptDispute({ operationId: 'dsa_2', disputeRef: other.disputeRef })).status,
    'succeeded',
  )
  assert.equal((await provider.acceptDispute({ operationId: 'dsa_3', disputeRef: other.disputeRef })).status, 'failed')
  assert.deepEqual(await kinds(other.authorizationRef), ['capture', 'dispute'])
})
