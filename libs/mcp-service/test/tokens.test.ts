import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { workingSet } from '@backroom/access'
import { AUDIENCE, forgedTokens, freePort, genuineToken, ISSUER, PUBLIC_URL } from '@backroom/fleet-testing'
import { ALL_SCOPES, post, send, until } from './ledger-service/client.ts'
import { ENTRY, entries, METADATA } from './ledger-service/refused-entry.ts'
import { type Ledger, startLedger } from './ledger-service/start.ts'
import { challengeOf, rawPost } from './ledger-service/wire.ts'

let ledger: Ledger
before(async () => {
  ledger = await startLedger()
})
after(() => ledger.stop())

describe('a forged token', () => {
  test('is never accepted, does nothing and gets a challenge, over MCP and REST', async (t) => {
    const template = {
      key: JSON.parse(ledger.authority.serviceKey),
      claims: { iss: ISSUER, aud: AUDIENCE, sub: 'staff-ops', client_id: 'test', scope: ALL_SCOPES, gid: 'grant-1' },
    }
    assert.equal((await send({ ...ledger, token: genuineToken(template) }, 'tools/list')).status, 200)
    const forgeries = forgedTokens(template)
    assert.ok(forgeries.length >= 60, `${forgeries.length} forgeries`)
    t.diagnostic(`${forgeries.length} forgeries`)
    for (const { why, token } of forgeries) {
      const answers = [
        await send({ ...ledger, token }, 'tools/call', ENTRY),
        await post({ ...ledger, token }, ENTRY.name, ENTRY.arguments),
      ]
      for (const { status, headers, text } of answers) {
        assert.equal(status, 401, `${why} answered ${status} ${text}`)
        const challenge = challengeOf(headers)
        assert.equal(challenge.error, 'invalid_token', why)
        assert.equal(challenge.resource_metadata, METADATA, why)
        assert.equal(challenge.scope, workingSet('wms').join(' '), why)
      }
    }
    assert.equal(await entries(ledger), 0)
  })

  test('of 64 KB is refused before it is read', async () => {
    const { status } = await rawPost(ledger.address, '/wms/mcp', [['authorization', `Bearer ${'A'.repeat(65_536)}`]])
    assert.equal(status, 431)
  })
})

describe('the Authorization header', () => {
  test('may be missing: the challenge then names no error', async () => {
    for (const path of ['/wms/mcp', '/wms/tools/get_balance']) {
      const { status, headers } = await rawPost(ledger.address, path, [])
      assert.equal(status, 401)
      const challenge = challengeOf(headers)
      assert.equal(challenge.error, undefined)
      assert.deepEqual(challenge, { resource_metadata: METADATA, scope: workingSet('wms').join(' ') })
    }
  })

  test('of another scheme counts as missing', async () => {
    const { status, headers } = await rawPost(ledger.address, '/wms/mcp', [['authorization', 'Basic dXNlcjpwYXNz']])
    assert.equal(status, 401)
    assert.equal(challengeOf(headers).error, undefined)
  })

  test('names its scheme in any case', async () => {
    const token = await ledger.authority.sign({})
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const { status } = await rawPost(ledger.address, '/wms/mcp', [['authorization', `${scheme} ${token}`]])
      assert.equal(status, 200)
    }
  })

  test('is refused with 400 when it is malformed', async () => {
    const token = await ledger.authority.sign({})
    const malformed = [
      'Bearer',
      'Bearer ',
      `Bearer  ${token}`,
      `Bearer ${token} ${token}`,
      `Bearer ${token},x`,
      `Bearer\t${token}`,
      'Bearer "x"',
      'Bearer é',
    ]
    for (const authorization of malformed) {
      const { status, headers } = await rawPost(ledger.address, '/wms/mcp', [['authorization', authorization]])
      assert.equal(status, 400, authorization)
      assert.equal(challengeOf(headers).error, 'invalid_request', authorization)
    }
  })

  test('is refused with 400 when there are two, whatever they hold', async () => {
    const token = await ledger.authority.sign({})
    for (const [one, two] of [
      [`Bearer ${token}`, `Bearer ${token}`],
      [`Bearer ${token}`, 'Basic x'],
      ['Basic x', `Bearer ${token}`],
    ] as const) {
      const { status } = await rawPost(ledger.address, '/wms/mcp', [
        ['authorization', one],
        ['authorization', two],
      ])
      assert.equal(status, 400)
    }
  })

  test('is the only place for a token', async () => {
    const token = await ledger.authority.sign({})
    for (const path of ['/wms/mcp', '/wms/tools/get_balance', '/wms/tools/rumour']) {
      const { status, headers } = await rawPost(ledger.address, `${path}?access_token=${token}`, [])
      assert.equal(status, 400)
      assert.equal(challengeOf(headers).error, 'invalid_request')
    }
    const { status } = await rawPost(ledger.address, '/wms/mcp', [
      ['authorization', `Bearer ${token}`],
      ['cookie', 'access_token=x'],
    ])
    assert.equal(status, 200)
  })
})

test('a token is valid until five seconds after its end, and of either form of the type', async () => {
  const end = Math.floor(Date.now() / 1_000) - 2
  assert.equal((await send({ ...ledger, token: await ledger.authority.sign({ exp: end }) }, 'tools/list')).status, 200)
  const longForm = await ledger.authority.sign({}, { typ: 'application/at+jwt' })
  assert.equal((await send({ ...ledger, token: longForm }, 'tools/list')).status, 200)
})

test('the metadata document says where to get a token, to any page', async () => {
  const response = await fetch(`${ledger.address}/.well-known/oauth-protected-resource/wms/mcp`)
  assert.equal(response.headers.get('access-control-allow-origin'), '*')
  assert.deepEqual(await response.json(), {
    resource: `${PUBLIC_URL}/wms/mcp`,
    resource_name: 'Inventory',
    authorization_servers: [`${PUBLIC_URL}/auth`],
    scopes_supported: workingSet('wms'),
    bearer_methods_supported: ['header'],
  })
})

test('a revoked grant, token, subject or client is refused within the poll, even if it was just used', async () => {
  const revoked = { gid: 'grant-gone', jti: 'token-gone', sub: 'staff-gone', client_id: 'client-gone' }
  const statusOf = async (token: string) => (await send({ ...ledger, token }, 'tools/list')).status
  const other = await ledger.authority.sign({})
  const refusals = Object.entries(revoked).map(async ([kind, id]) => {
    const token = await ledger.authority.sign({ [kind]: id })
    assert.equal(await statusOf(token), 200)
    ledger.authority.revoke(kind as keyof typeof revoked, id)
    await until(`a token with this ${kind} is refused`, async () => (await statusOf(token)) === 401)
    assert.equal(challengeOf((await send({ ...ledger, token }, 'tools/list')).headers).error, 'invalid_token')
  })
  await Promise.all(refusals)
  assert.equal(await statusOf(other), 200)
})

describe('while the authority is away', () => {
  test('a server that never had its keys answers 503 and when to ask again, and is not ready', async () => {
    const lost = await ledger.replica({ environment: { AUTH_URL: `http://127.0.0.1:${await freePort()}` } })
    const { status, headers } = await send(lost, 'tools/list')
    assert.equal(status, 503)
    assert.ok(Number(headers.get('retry-after')) > 0)
    assert.equal(headers.get('www-authenticate'), null)
    assert.equal((await fetch(`${lost.address}/ready`)).status, 503)
    assert.equal((await fetch(`${lost.address}/health`)).status, 200)
  })

  test('live tokens work on where the keys are known', async () => {
    const alone = await startLedger()
    try {
      const token = await alone.authority.sign({})
      assert.equal((await send({ ...alone, token }, 'tools/list')).status, 200)
      const unseen = await alone.authority.sign({})
      await alone.authority.close()
      assert.equal((await send({ ...alone, token }, 'tools/list')).status, 200)
      assert.equal((await send({ ...alone, token: unseen }, 'tools/list')).status, 200)
      assert.equal((await fetch(`${alone.address}/ready`)).status, 200)
    } finally {
      await alone.stop()
    }
  })
})
