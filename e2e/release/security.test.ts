import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type DomainName, domainNames, issuerOf, resourceUrl, workingSet } from '@backroom/access'
import { readAuthKeys } from '@backroom/auth/keys'
import { forgedTokens, genuineToken, startFleet, type TestFleet } from '@backroom/fleet-testing'
import fc from 'fast-check'
import pg from 'pg'
import { type PlainCalls, plainCalls } from '../src/plain-calls.ts'
import { challengeOf } from '../src/security/challenge.ts'
import { passwordLogin, serviceAssertion, serviceToken, signIn } from '../src/security/credentials.ts'
import { disguised } from '../src/security/disguised-paths.ts'
import { fuzz } from '../src/security/fuzz.ts'
import { hostileRequests } from '../src/security/hostile-requests.ts'
import { beginSignIn, toolsOf } from '../src/security/knowledge.ts'
import { rawClient } from '../src/security/raw-client.ts'
import { until } from '../src/until.ts'

/** `FUZZ_REQUESTS=1000000` runs the figure of a night. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 20_000)
const SEED = 42
const PARALLEL = 24
const DENY_LIMIT_MS = 5_000

const processes = ['gateway', 'auth', ...domainNames, 'psp']
const servers = ['wms', 'catshop'] as const
/** A read and a write of each server. */
const tools = {
  wms: {
    read: ['get_stock', { skus: ['CAT-1001'] }],
    write: ['create_reorder', { sku: 'CAT-1004', quantity: 1, warehouse: 'WH-2' }],
  },
  catshop: { read: ['view_cart', {}], write: ['add_to_cart', { product_id: 1, quantity: 1 }] },
} as const

describe('the whole fleet under attack', () => {
  let fleet: TestFleet
  let calls: PlainCalls
  before(async () => {
    // The limits have tests of their own; here they would hide what lies behind them.
    const unlimited = { RATE_LIMIT_PER_MINUTE: '0', CALLS_PER_MINUTE: '10000000', RATE_LIMIT_FACTOR: '100000' }
    fleet = await startFleet({ environment: { ...unlimited, LOG_LEVEL: 'error' } })
    calls = plainCalls(fleet.publicUrl)
  })
  after(() => fleet?.stop())

  const pids = () => Object.fromEntries(processes.map((name) => [name, fleet.pid(name)]))

  const inDatabase = async (domain: DomainName, statement: string) => {
    const client = new pg.Client({ connectionString: fleet.databaseUrl(domain) })
    await client.connect()
    try {
      return (await client.query(statement)).rows
    } finally {
      await client.end()
    }
  }
  const callsMade = async (domain: DomainName): Promise<number> =>
    (await inDatabase(domain, `select count(*)::int as count from ${domain}.audit`))[0].count

  test('a token opens the one server that it is for, and nothing else opens any', async (t) => {
    const { publicUrl } = fleet
    const issuer = issuerOf(publicUrl)
    const shopper = await signIn(fleet, 'demo1@example.com', 'catshop', 'openid catshop:read catshop:write')
    assert.ok(shopper.id_token, 'an id token was issued')
    const rows: [what: string, token: string, opens: DomainName | undefined][] = [
      ['a customer of the shop', shopper.access_token, 'catshop'],
      ['the password login of the shop', await passwordLogin(fleet, 'demo2@example.com'), 'catshop'],
      ['the service catshop at wms', await serviceToken(fleet, 'wms'), 'wms'],
      ['a refresh token', shopper.refresh_token, undefined],
      ['an id token', shopper.id_token, undefined],
      ['an assertion for the token endpoint', await serviceAssertion(fleet, issuer), undefined],
      ['an assertion for the internal port', await serviceAssertion(fleet, `${issuer}/internal`), undefined],
      ['an assertion for wms itself', await serviceAssertion(fleet, resourceUrl(publicUrl, 'wms')), undefined],
    ]
    for (const domain of domainNames.filter((name) => name !== 'catshop'))
      rows.push([`staff at ${domain}`, await fleet.token('ops@example.com', domain), domain])

    let accepted = 0
    for (const [what, token, opens] of rows) {
      for (const server of servers) {
        const expected = server === opens ? 200 : 401
        assert.equal((await calls.mcp(server, token, 'tools/list')).status, expected, `${what} at ${server}`)
        const [tool, args] = tools[server].read
        const { status } = await calls.tool(server, token, tool, args)
        assert.equal(status === 401, expected === 401, `${what} at ${server} over REST: ${status}`)
        accepted += Number(expected === 200)
      }
    }
    t.diagnostic(`${rows.length} tokens × ${servers.length} servers: ${accepted} accepted, each where it belongs`)
    await assert.rejects(fleet.token('demo1@example.com', 'wms'))
  })

  test('a forged token is never accepted through the gateway, does nothing and gets a challenge', async (t) => {
    const [key] = readAuthKeys(join(fleet.data, 'keys', 'auth.json')).signing
    assert.ok(key)
    for (const server of servers) {
      const claims = {
        iss: issuerOf(fleet.publicUrl),
        aud: resourceUrl(fleet.publicUrl, server),
        client_id: 'probe',
        gid: 'a-grant',
        scope: workingSet(server).join(' '),
        ...(server === 'wms'
          ? { sub: 'staff-ops', username: 'ops', role: 'ops' }
          : { sub: 'cust-001', customer_id: 'cust-001', username: 'demo1', role: 'customer' }),
      }
      assert.equal((await calls.mcp(server, genuineToken({ claims, key }), 'tools/list')).status, 200)
      const before = await callsMade(server)
      const forgeries = forgedTokens({ claims, key })
      assert.ok(forgeries.length >= 60)
      const [tool, args] = tools[server].write
      for (const { why, token } of forgeries) {
        const answers = [
          await calls.mcp(server, token, 'tools/call', { name: tool, arguments: args }),
          await calls.tool(server, token, tool, args, 'forged'),
        ]
        for (const { status, headers } of answers) {
          assert.equal(status, 401, `${why} at ${server}`)
          const challenge = challengeOf(headers)
          assert.equal(challenge?.error, 'invalid_token', why)
          assert.equal(
            challenge.resource_metadata,
            `${fleet.publicUrl}/.well-known/oauth-protected-resource/${server}/mcp`,
          )
          assert.equal(challenge.scope, workingSet(server).join(' '))
        }
      }
      assert.equal(await callsMade(server), before)
      t.diagnostic(`${forgeries.length} forgeries × ${server}, over MCP and REST: 0 accepted, 0 calls made`)
    }
  })

  test('no spelling of an internal path gets through the gateway, even with the proof of a service', async (t) => {
    const authorization = `Bearer ${await serviceAssertion(fleet, `${issuerOf(fleet.publicUrl)}/internal`)}`
    const internalPort = fleet.port + 200
    const direct = await fetch(`http://127.0.0.1:${internalPort}/internal/revocations`, { headers: { authorization } })
    assert.equal(direct.status, 200)

    const places = ['', '/auth', ...servers.map((server) => `/${server}`)]
    const routes = ['/internal/revocations', '/internal/accounts/admin', '/internal/approvals/1/decision', '/metrics']
    const targets = places.flatMap((place) => routes.flatMap((route) => disguised(place + route)))
    const absolute = routes.map((route) => `http://127.0.0.1:${internalPort}${route}`)
    const client = rawClient(fleet.port, 1)
    let asked = 0
    try {
      for (const target of [...targets, ...absolute]) {
        for (const method of ['GET', 'POST']) {
          const host = `localhost:${fleet.port}`
          const { status, text } = await client.send({ method, target, headers: { authorization, host } })
          assert.equal(status, 404, `${method} ${target} answered ${status} ${text}`)
          assert.doesNotMatch(text, /entries|next|customer_id/)
          asked++
        }
      }
    } finally {
      client.close()
    }
    t.diagnostic(`${asked} requests: all 404`)
  })

  test('a customer finds nothing under the ids of another one', async (t) => {
    const [mine, theirs] = [
      await fleet.token('demo3@example.com', 'catshop'),
      await fleet.token('demo4@example.com', 'catshop'),
    ]
    const own = async (name: string, args: Record<string, unknown>, key?: string) => {
      const { status, body } = await calls.tool('catshop', theirs, name, args, key)
      assert.equal(status, 200, JSON.stringify(body))
      return body
    }
    const history = await own('get_order_history', { limit: 100 })
    const delivered = history.orders.filter(
      (order: { fulfillment_status: string }) => order.fulfillment_status === 'delivered',
    )
    const order = await own('order_product', { product_id: 1 }, 'theirs')
    await inDatabase('catshop', 'update catshop.purchase_policy set confirm_above_minor = 5000')
    const { body: waiting } = await calls.tool('catshop', theirs, 'order_product', { product_id: 1, quantity: 5 })
    assert.equal(waiting.status, 'pending_approval', JSON.stringify(waiting))
    const returned = await firstReturn(calls, theirs, delivered)
    await own('add_to_cart', { product_id: 2 })
    const { checkout_id, total_minor } = await own('preview_checkout', {})

    const orderIds = [order.order_id, order.number, delivered.at(-1).order_id]
    const attempts: Record<string, Record<string, unknown>[]> = {
      get_order_status: orderIds.map((order_id) => ({ order_id })),
      cancel_my_order: orderIds.map((order_id) => ({ order_id, reason: 'not mine' })),
      initiate_return: orderIds.map((order_id) => ({ order_id, reason: 'not mine' })),
      file_claim: orderIds.map((order_id) => ({ order_id, type: 'damaged', statement: 'not mine' })),
      get_return_status: [returned.return_id, returned.rma_number].map((return_id) => ({ return_id })),
      get_approval: [{ approval_id: waiting.approval_id }],
      cancel_approval: [{ approval_id: waiting.approval_id }],
      checkout: [{ checkout_id }, { checkout_id, confirm_total_minor: total_minor }],
    }
    const takingIds = (await toolsOf(calls, 'catshop', mine)).filter(({ input }) =>
      Object.keys(input.properties ?? {}).some((name) => name.endsWith('_id') && name !== 'product_id'),
    )
    assert.deepEqual(takingIds.map(({ name }) => name).sort(), Object.keys(attempts).sort())

    for (const [name, all] of Object.entries(attempts)) {
      for (const args of all) {
        const { status, body } = await calls.tool('catshop', mine, name, args)
        assert.equal(status, 404, `${name} ${JSON.stringify(args)}: ${JSON.stringify(body)}`)
        assert.equal(body.code, 'not_found')
        const { result } = (await calls.mcp('catshop', mine, 'tools/call', { name, arguments: args })).body
        assert.equal(result.isError, true)
      }
    }
    for (const id of orderIds) {
      const { body } = await calls.mcp('catshop', mine, 'resources/read', { uri: `catshop://orders/${id}` })
      assert.ok(body.error && !body.result, JSON.stringify(body))
    }
    assert.equal((await own('get_order_status', { order_id: order.order_id })).status, order.status)
    assert.equal((await own('get_return_status', { return_id: returned.return_id })).status, returned.status)
    assert.equal((await own('get_approval', { approval_id: waiting.approval_id })).status, 'pending')
    assert.equal((await own('view_cart', {})).items.length, 1)
    t.diagnostic(`${Object.values(attempts).flat().length + orderIds.length} foreign ids: all not found`)
  })

  test('a revoked grant is refused by every server within five seconds', async (t) => {
    const grants = [
      ['catshop', await signIn(fleet, 'demo5@example.com', 'catshop')],
      ['catshop', await signIn(fleet, 'demo6@example.com', 'catshop')],
      ['wms', await signIn(fleet, 'ops@example.com', 'wms')],
      ['wms', await signIn(fleet, 'buyer@example.com', 'wms')],
    ] as const
    const statusOf = async (server: DomainName, token: string) => (await calls.mcp(server, token, 'tools/list')).status
    for (const [server, { access_token }] of grants) assert.equal(await statusOf(server, access_token), 200)
    const times = grants.map(async ([server, { access_token, refresh_token }]) => {
      const body = new URLSearchParams({ client_id: 'probe', token: refresh_token })
      const revoked = await fetch(`${issuerOf(fleet.publicUrl)}/revoke`, { method: 'POST', body })
      assert.equal(revoked.status, 200)
      const since = Date.now()
      const isRefused = async () => (await statusOf(server, access_token)) === 401
      await until(`${server} refuses the token`, isRefused, { limitMs: DENY_LIMIT_MS })
      return Date.now() - since
    })
    t.diagnostic(`refused after ${(await Promise.all(times)).join(', ')} ms`)
  })

  test('requests that make no sense crash nothing and are never answered with a server error', async (t) => {
    const before = pids()
    const shopper = await signIn(fleet, 'demo7@example.com', 'catshop')
    const staff = await signIn(fleet, 'warehouse@example.com', 'wms')
    const known = {
      tokens: { catshop: shopper.access_token, wms: staff.access_token },
      words: [shopper.refresh_token, shopper.access_token, resourceUrl(fleet.publicUrl, 'catshop')],
      signIns: await Promise.all(['', '', 'demo8', 'demo10'].map((login) => beginSignIn(fleet.publicUrl, login))),
      tools: [
        ...(await toolsOf(calls, 'catshop', shopper.access_token)),
        ...(await toolsOf(calls, 'wms', staff.access_token)),
      ],
    }
    const requests = fc.sample(hostileRequests(known), { numRuns: REQUESTS, seed: SEED })
    const client = rawClient(fleet.port, PARALLEL)
    const since = Date.now()
    const { statuses, faults } = await fuzz(client, requests, PARALLEL)
    client.close()
    t.diagnostic(
      `${requests.length} requests in ${Math.round((Date.now() - since) / 1_000)} s: ${JSON.stringify(statuses)}`,
    )
    assert.equal(faults.length, 0, `with seed ${SEED}:\n${faults.slice(0, 10).join('\n')}`)
    assert.ok((statuses[429] ?? 0) < requests.length / 10, 'the limits hide the servers')
    assert.deepEqual(pids(), before)
    assert.doesNotMatch(fleet.output(), /starting it again/)
    // A stranger's guesses lock nobody out where that person has signed in before.
    const token = await fleet.token('demo7@example.com', 'catshop')
    assert.equal((await calls.tool('catshop', token, 'view_cart')).status, 200)
    assert.equal((await calls.tool('wms', staff.access_token, ...tools.wms.read)).status, 200)
  })
})

/** Sends the first order back whose goods may come back: some were sold for good. */
async function firstReturn(calls: PlainCalls, token: string, orders: readonly { order_id: string }[]) {
  for (const { order_id } of orders) {
    const { status, body } = await calls.tool('catshop', token, 'initiate_return', { order_id, reason: 'not for me' })
    if (status === 200) return body
  }
  throw new Error('No order of this customer may be sent back')
}
