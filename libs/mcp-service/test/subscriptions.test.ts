import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { call, messagesOf, open, send, until } from './ledger-service/client.ts'
import { type Ledger, startLedger } from './ledger-service/start.ts'

type Replica = Awaited<ReturnType<Ledger['replica']>>

let ledger: Ledger
let replica: Replica
before(async () => {
  ledger = await startLedger()
  replica = await ledger.replica()
})
after(() => ledger.stop())

const uriOf = (account: string) => `inventory://account/${account}`

/** Opens a stream for accounts and reads its first message. */
async function listen(accounts: string[], options: { token?: string; on?: Ledger | Replica; id?: string } = {}) {
  const leaving = new AbortController()
  const notifications = { resourceSubscriptions: accounts.map(uriOf), toolsListChanged: true }
  const { on = ledger, ...rest } = options
  const response = await open({ ...on, ...rest, signal: leaving.signal }, 'subscriptions/listen', { notifications })
  const messages = messagesOf(response)
  const next = async () => (await messages.next()).value
  return { response, next, acknowledged: await next(), leave: () => leaving.abort() }
}

const write = (on: Ledger | Replica, account: string) =>
  call(on, 'post', { account, amount: 1, idempotency_key: crypto.randomUUID() })

describe('a subscription', () => {
  test('is acknowledged first, with what the server will tell', async () => {
    const { response, acknowledged, leave } = await listen(['first'], { id: 'listening' })
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
    assert.equal(response.headers.get('x-accel-buffering'), 'no')
    assert.equal(acknowledged.method, 'notifications/subscriptions/acknowledged')
    assert.deepEqual(acknowledged.params.notifications.resourceSubscriptions, [uriOf('first')])
    assert.equal(acknowledged.params._meta['io.modelcontextprotocol/subscriptionId'], 'listening')
    leave()
  })

  test('hears of a change that another replica made, and of nothing else', async () => {
    const { next, leave } = await listen(['watched'], { id: 'mine' })
    await write(replica, 'unwatched')
    await write(ledger, 'unwatched-either')
    await write(replica, 'watched')
    const message = await next()
    assert.equal(message.method, 'notifications/resources/updated')
    assert.equal(message.params.uri, uriOf('watched'))
    assert.equal(message.params._meta['io.modelcontextprotocol/subscriptionId'], 'mine')
    leave()
  })

  test('hears nothing of a call that was rolled back', async () => {
    const { next, leave } = await listen(['refused', 'done'])
    await call(ledger, 'post', { account: 'refused', amount: 0, idempotency_key: 'refused' })
    await write(ledger, 'done')
    assert.equal((await next()).params.uri, uriOf('done'))
    leave()
  })

  test('hears a burst of changes at once and then once more', async () => {
    const { next, leave } = await listen(['burst', 'end'])
    await Promise.all(Array.from({ length: 30 }, () => write(ledger, 'burst')))
    const heard = [(await next()).params.uri]
    await write(ledger, 'end')
    while (heard.at(-1) !== uriOf('end')) heard.push((await next()).params.uri)
    assert.ok(heard.length <= 4, `${heard.length} notifications`)
    leave()
  })

  test('goes on after the database connection of the feed was lost', async () => {
    const { next, leave } = await listen(['again'])
    await ledger.terminate('wms_changes')
    const heard = next()
    let over = false
    void heard.then(() => {
      over = true
    })
    await until('a change is heard', async () => {
      await write(ledger, 'again')
      return over
    })
    assert.equal((await heard).params.uri, uriOf('again'))
    leave()
  })

  test('ends when its token does', async () => {
    const token = await ledger.authority.sign({ scope: 'wms:read', exp: Math.floor(Date.now() / 1_000) + 2 })
    const { next } = await listen(['short'], { token, id: 'short' })
    assert.equal((await next())?.id, 'short')
    assert.equal(await next(), undefined)
  })

  test('ends with its final result when the server closes, which does not wait for it', async () => {
    const closing = await ledger.replica()
    const { next } = await listen(['closing'], { on: closing, id: 'closing' })
    const closed = closing.app.close()
    assert.equal((await next()).id, 'closing')
    assert.equal(await next(), undefined)
    await closed
  })
})

describe('a subscription is refused', () => {
  const refused = [
    'inventory://nowhere',
    'inventory://accounts',
    `${uriOf('a')}?verbose=1`,
    `${uriOf('a')}#staff`,
    `${uriOf('%zz')}`,
    '',
  ]
  for (const uri of refused) {
    test(`to ${uri || 'an empty URI'}`, async () => {
      const notifications = { resourceSubscriptions: [uriOf('fine'), uri] }
      const { body } = await send({ ...ledger, id: 'refused' }, 'subscriptions/listen', { notifications })
      assert.equal(body.id, 'refused')
      assert.equal(body.error.code, -32_602)
      assert.ok(body.error.message.includes(uri))
    })
  }

  test('to a token that may not read', async () => {
    const token = await ledger.authority.sign({ scope: '' })
    const notifications = { resourceSubscriptions: [uriOf('a')] }
    const { status, headers } = await send({ ...ledger, token }, 'subscriptions/listen', { notifications })
    assert.equal(status, 403)
    assert.match(headers.get('www-authenticate') ?? '', /scope="wms:read"/)
  })

  test('beyond twenty at once for one subject, until one is left', async () => {
    const token = await ledger.authority.sign({ scope: 'wms:read', sub: 'staff-greedy' })
    const streams = await Promise.all(Array.from({ length: 20 }, () => listen(['greedy'], { token })))
    const notifications = { resourceSubscriptions: [uriOf('greedy')] }
    const another = () =>
      send({ ...ledger, token, signal: AbortSignal.timeout(100) }, 'subscriptions/listen', { notifications })
    const { body } = await another()
    assert.equal(body.error.code, -31_429)
    streams[0]?.leave()
    await until('a stream is free', async () => !(await another().catch(() => undefined)))
    for (const { leave } of streams) leave()
  })
})

test('requests for a stream that are answered with an error take no place', async () => {
  const token = await ledger.authority.sign({ scope: 'wms:read', sub: 'staff-clumsy' })
  for (let request = 0; request < 25; request++) {
    const { body } = await send({ ...ledger, token }, 'subscriptions/listen', {})
    assert.equal(body.error.code, -32_602)
  }
})

test('clients of 2025 are not offered what a stateless server cannot keep', async () => {
  const { body } = await send({ ...ledger, era: 'legacy' }, 'initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  })
  assert.equal(body.result.protocolVersion, '2025-11-25')
  assert.equal(body.result.capabilities.resources.subscribe, undefined)
  const modern = await send(ledger, 'server/discover')
  assert.equal(modern.body.result.capabilities.resources.subscribe, true)
})

test('a feed whose database is away tries again at an even pace', async () => {
  let attempts = 0
  const away = createServer((socket) => {
    // Others of the server look for the database as well; the feed says its name.
    socket.once('data', (hello) => {
      if (hello.includes('_changes')) attempts++
      socket.destroy()
    })
  })
  await new Promise<void>((resolve) => away.listen(0, '127.0.0.1', resolve))
  const { port } = away.address() as { port: number }
  const lost = await ledger.replica({ environment: { DATABASE_URL: `postgres://wms:test@127.0.0.1:${port}/away` } })
  const started = Date.now()
  await until('it has tried five times', () => attempts >= 5)
  const atMost = 2 + (Date.now() - started) / 400
  assert.ok(attempts <= atMost, `${attempts} attempts in ${Date.now() - started} ms`)
  await lost.app.close()
  away.close()
})
