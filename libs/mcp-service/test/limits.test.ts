import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { allMessagesOf, call, open, post, send, until } from './ledger-service/client.ts'
import { gateOf } from './ledger-service/gates.ts'
import { type Ledger, startLedger } from './ledger-service/start.ts'

let ledger: Ledger
before(async () => {
  ledger = await startLedger()
})
after(() => ledger.stop())

describe('too many calls', () => {
  test('of one caller through one client are told when to try again, and hold nobody else up', async () => {
    const limited = await ledger.replica({ environment: { CALLS_PER_MINUTE: '3' } })
    const token = await ledger.authority.sign({})
    for (let made = 0; made < 3; made++) assert.equal((await send({ ...limited, token }, 'tools/list')).status, 200)

    const overMcp = await send({ ...limited, token, id: 'mine' }, 'tools/list')
    assert.equal(overMcp.status, 429)
    assert.ok(Number(overMcp.headers.get('retry-after')) > 0)
    assert.equal(overMcp.body.id, 'mine')
    assert.equal(overMcp.body.error.code, -31_429)
    assert.match(overMcp.body.error.message, /Try again in/)
    assert.ok(overMcp.body.error.data.retryAfter > 0)

    const overRest = await post({ ...limited, token }, 'get_balance', { account: 'a' })
    assert.equal(overRest.status, 429)
    assert.ok(Number(overRest.headers.get('retry-after')) > 0)
    assert.equal(overRest.body.code, 'limit_exceeded')
    assert.equal(overRest.body.retryable, true)
    assert.ok(overRest.body.retryAfter > 0)

    const sameCaller = await ledger.authority.sign({})
    assert.equal((await send({ ...limited, token: sameCaller }, 'tools/list')).status, 429)
    for (const claims of [{ sub: 'staff-warehouse' }, { client_id: 'another' }])
      assert.equal((await send({ ...limited, token: await ledger.authority.sign(claims) }, 'tools/list')).status, 200)
  })
})

test('a body of more than a megabyte is refused before it is parsed', async () => {
  const { status, body } = await send(ledger, 'tools/call', {
    name: 'get_balance',
    arguments: { account: 'a'.repeat(1_100_000) },
  })
  assert.equal(status, 413)
  assert.equal(typeof body.error.message, 'string')
})

describe('the probes', () => {
  test('need no token and answer on any host', async () => {
    for (const path of ['/health', '/ready']) {
      const response = await fetch(`${ledger.address}${path}`, { headers: { host: '10.0.0.7' } })
      assert.equal(response.status, 200)
      await response.text()
    }
  })

  test('say not ready, and still alive, while the database is away', async () => {
    const lost = await ledger.replica({ environment: { DATABASE_URL: 'postgres://wms:test@127.0.0.1:1/away' } })
    const ready = await fetch(`${lost.address}/ready`)
    assert.equal(ready.status, 503)
    assert.deepEqual(await ready.json(), { status: 'not_ready', database: false, keys: true })
    assert.equal((await fetch(`${lost.address}/health`)).status, 200)
    const answer = await call(lost, 'get_balance', { account: 'a' })
    assert.equal(answer.structuredContent.code, 'unavailable')
    assert.ok(answer.structuredContent.retry_after_ms > 0)
  })
})

describe('a server that closes', { concurrency: true }, () => {
  for (const [what, options] of [
    ['a direct call', {}],
    ['a call that the SDK serves', { direct: false }],
    ['a legacy call that the SDK serves', { direct: false, era: 'legacy' }],
    ['a call with progress', { meta: { progressToken: 'p' } }],
    ['a legacy call with progress', { era: 'legacy', meta: { progressToken: 'p' } }],
  ] as const) {
    test(`finishes ${what} first`, async () => {
      const { direct = true, ...client } = options as {
        direct?: boolean
        era?: 'legacy'
        meta?: Record<string, unknown>
      }
      const closing = await ledger.replica({ direct })
      const answer = open({ ...closing, ...client }, 'tools/call', { name: 'hold', arguments: { gate: what } })
      await gateOf(what).entered
      const closed = closing.app.close()
      await until('it takes no new call', () =>
        send(closing, 'tools/list').then(
          ({ status }) => status === 503,
          () => true,
        ),
      )
      gateOf(what).open()
      const response = await answer
      const result = response.headers.get('content-type')?.startsWith('application/json')
        ? ((await response.json()) as { result: { structuredContent: unknown } })
        : (await allMessagesOf(response)).at(-1)
      assert.deepEqual(result.result.structuredContent, { passed: true })
      await closed
    })
  }

  test('commits a write that is under way, and its answer is kept', async () => {
    const closing = await ledger.replica()
    const args = { account: 'closing', gate: 'closing write', idempotency_key: 'closing' }
    const answer = call(closing, 'hold_and_post', args)
    await gateOf('closing write').entered
    const closed = closing.app.close()
    gateOf('closing write').open()
    assert.deepEqual((await answer).structuredContent, { balance: 1 })
    await closed
    assert.equal((await call(ledger, 'hold_and_post', args))._meta?.replayed, true)
  })
})
