import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { createRemoteJWKSet, jwtVerify, SignJWT } from 'jose'
import { createAccount, lockAccount } from '../src/accounts/administration.ts'
import type { AuthTables } from '../src/database-tables.ts'
import type { AuthKeys } from '../src/keys.ts'
import { deny } from '../src/revocation/deny-list.ts'
import { type AuthUnderTest, assertion, claimsOf, startAuth } from './auth-under-test.ts'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const SHOPPING = 'catshop:read catshop:write'

interface Answer {
  access_token: string
  expires_in: number
  scope: string
  issued_token_type: string
  error: string
}

describe('token exchange', () => {
  let auth: AuthUnderTest
  let keys: AuthKeys
  before(async () => {
    auth = await startAuth()
    keys = JSON.parse(await readFile(auth.authKeysFile, 'utf8'))
  })
  after(() => auth.stop())

  const proofOf = async (client: string) => ({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await assertion(auth.serviceKey, { sub: client, aud: auth.issuer }),
  })
  const form = async (subjectToken: string, client = 'catshop'): Promise<Record<string, string>> => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: subjectToken,
    subject_token_type: ACCESS_TOKEN,
    resource: auth.resource('oms'),
    ...(await proofOf(client)),
  })
  const exchange = async (subjectToken: string, fields: Record<string, string> = {}, client?: string) => {
    const answer = await auth.form('/token', { ...(await form(subjectToken, client)), ...fields })
    return { status: answer.status, body: (await answer.json()) as Answer }
  }
  const shopToken = async (account = 'demo1', scope = SHOPPING) =>
    (await auth.token(account, 'catshop', scope)).access_token

  /** The subject token with other claims or header, signed by auth's own key. */
  const resigned = async (token: string, claims: Record<string, unknown>, typ = 'at+jwt') => {
    const [{ kid, ...key } = assert.fail('auth has no key')] = keys.signing
    const complete = JSON.parse(JSON.stringify({ ...claimsOf(token), ...claims }))
    return new SignJWT(complete).setProtectedHeader({ alg: 'ES256', typ, kid }).sign(key)
  }

  it('gives the shop a short token that acts for the customer, in the same grant', async () => {
    const subject = await shopToken()
    const { status, body } = await exchange(subject)
    assert.equal(status, 200)
    assert.equal(body.issued_token_type, ACCESS_TOKEN)
    const { payload } = await jwtVerify(body.access_token, createRemoteJWKSet(new URL(`${auth.issuer}/jwks`)), {
      issuer: auth.issuer,
      audience: auth.resource('oms'),
      typ: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['jti'],
    })
    const { sub, customer_id, username, role, client_id, act, gid, scope } = payload
    assert.deepEqual(
      { sub, customer_id, username, role, client_id, act },
      {
        sub: 'cust-001',
        customer_id: 'cust-001',
        username: 'demo1',
        role: undefined,
        client_id: 'catshop',
        act: { sub: 'catshop' },
      },
    )
    assert.equal(gid, claimsOf(subject).gid)
    assert.equal(scope, 'oms:read oms:checkout oms:cancel')
    assert.equal(body.scope, scope)
    assert.equal(Number(payload.exp) - Number(payload.iat), 120)
    assert.equal(body.expires_in, 120)
  })

  it('gives no more than the customer granted the caller, and less when less is asked for', async () => {
    const reader = await shopToken('demo2', 'catshop:read')
    assert.equal((await exchange(reader)).body.scope, 'oms:read')
    assert.equal((await exchange(reader, { scope: 'oms:cancel' })).body.error, 'invalid_scope')
    const narrow = await exchange(await shopToken('demo2'), { scope: 'oms:cancel' })
    assert.equal(narrow.body.scope, 'oms:cancel')
    assert.equal(claimsOf(narrow.body.access_token).scope, 'oms:cancel')
  })

  it('the token never outlives the one it was exchanged for', async () => {
    const now = Math.floor(Date.now() / 1000)
    const subject = await shopToken()
    const { body } = await exchange(await resigned(subject, { exp: now + 40 }))
    assert.ok(body.expires_in <= 40)
    assert.ok(Number(claimsOf(body.access_token).exp) <= now + 40)
  })

  it('refuses whatever the policy does not name', async () => {
    const subject = await shopToken()
    const exchanged = (await exchange(subject)).body.access_token
    const staff = await shopToken('ops', 'catshop:read')
    const now = Math.floor(Date.now() / 1000)
    const refused: Record<string, [token: string, fields?: Record<string, string>, client?: string]> = {
      'another client': [subject, {}, 'oms'],
      'another target': [subject, { resource: auth.resource('payments') }],
      'its own audience as the target': [subject, { resource: auth.resource('catshop') }],
      'an unknown target': [subject, { resource: 'https://elsewhere.example/mcp' }],
      'no target': [subject, { resource: '' }],
      'a target by another parameter': [subject, { audience: 'oms' }],
      'a scope beyond the policy': [subject, { scope: 'oms:read oms:hold' }],
      'a scope of another domain': [subject, { scope: 'payments:refund' }],
      'a token that was exchanged before': [exchanged],
      'a forged chain': [await resigned(subject, { act: { sub: 'oms' } })],
      'a token for another server': [await resigned(subject, { aud: auth.resource('wms') })],
      'several audiences': [await resigned(subject, { aud: [auth.resource('catshop'), auth.resource('oms')] })],
      'a token of a member of staff': [staff],
      'an expired token': [await resigned(subject, { exp: now - 1 })],
      'another issuer': [await resigned(subject, { iss: 'https://elsewhere.example' })],
      'another kind of token': [await resigned(subject, {}, 'JWT')],
      'a token without a grant': [await resigned(subject, { gid: undefined })],
      'a grant that never was': [await resigned(subject, { gid: 'unknown' })],
      "somebody else's grant": [await resigned(subject, { sub: 'cust-002', customer_id: 'cust-002' })],
      "another client's grant": [await resigned(subject, { client_id: 'demo-login' })],
      'an altered token': [`${subject.slice(0, -4)}AAAA`],
      'no token at all': [''],
      'text that is no token': ['x.y.z'],
      'another type of subject token': [subject, { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }],
      'a wish for another type': [subject, { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }],
      'an actor of its own choice': [subject, { actor_token: subject, actor_token_type: ACCESS_TOKEN }],
    }
    for (const [name, [token, fields, client]] of Object.entries(refused)) {
      const { status, body } = await exchange(token, fields, client)
      assert.equal(status, 400, name)
      assert.equal(body.access_token, undefined, name)
    }
  })

  it('refuses two targets, and clients that cannot prove themselves', async () => {
    const subject = await shopToken()
    const twice = new URLSearchParams(await form(subject))
    twice.append('resource', auth.resource('oms'))
    assert.equal((await fetch(`${auth.issuer}/token`, { method: 'POST', body: twice })).status, 400)
    for (const client_id of ['probe', 'demo-login', 'nobody']) {
      const { client_assertion: _, client_assertion_type: __, ...fields } = await form(subject)
      const answer = await auth.form('/token', { ...fields, client_id })
      assert.ok([400, 401].includes(answer.status), client_id)
    }
  })

  it('ends with the grant: no new exchange, and servers hear the gid of the exchanged token', async () => {
    const tokens = await auth.token('demo3', 'catshop', SHOPPING)
    const { body } = await exchange(tokens.access_token)
    await auth.form('/revoke', { client_id: 'probe', token: tokens.refresh_token ?? '' })
    assert.equal((await exchange(tokens.access_token)).status, 400)
    const proof = await assertion(auth.serviceKey, { sub: 'catshop', aud: `${auth.issuer}/internal` })
    const gid = claimsOf(body.access_token).gid
    for (let tries = 0; ; tries++) {
      const list = await fetch(`${auth.internalUrl}/internal/revocations?since=0`, {
        headers: { authorization: `Bearer ${proof}` },
      })
      const { entries } = (await list.json()) as { entries: { kind: string; id: string }[] }
      if (entries.some(({ kind, id }) => kind === 'gid' && id === gid)) break
      assert.ok(tries < 100, 'the gid never came onto the list')
    }
  })

  it('ends with a lock of the account, and with a refusal of the one token', async () => {
    const { db, pool } = auth.database.connect<AuthTables>()
    const single = await shopToken('demo4')
    await deny(db, 'jti', String(claimsOf(single).jti))
    assert.equal((await exchange(single)).status, 400)
    assert.equal((await exchange(await shopToken('demo4'))).status, 200)

    const { rows } = await pool.query('select password_hash from account where username = $1', ['demo1'])
    const account = { email: 'eve@example.com', username: 'eve', role: 'customer' as const }
    await createAccount(db, { ...account, password_hash: rows[0].password_hash }, 'test')
    const subject = await shopToken('eve')
    assert.equal((await exchange(subject)).status, 200)
    await lockAccount(db, account.email, 'test')
    assert.equal((await exchange(subject)).status, 400)
  })

  it('is published, and is nothing that a client can register for', async () => {
    const metadata = await (await fetch(`${auth.issuer}/.well-known/openid-configuration`)).json()
    const { grant_types_supported: grants } = metadata as { grant_types_supported: string[] }
    const urn = 'urn:ietf:params:oauth:grant-type:token-exchange'
    assert.ok(grants.includes(urn))
    const registration = await fetch(`${auth.issuer}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Exchanger',
        redirect_uris: ['https://app.example/callback'],
        grant_types: ['authorization_code', urn],
      }),
    })
    const { grant_types, client_id, client_secret } = (await registration.json()) as Record<string, string>
    assert.deepEqual(grant_types, ['authorization_code'])
    const { client_assertion: _, client_assertion_type: __, ...fields } = await form(await shopToken())
    const secret = { client_id: client_id ?? '', client_secret: client_secret ?? '' }
    assert.equal((await auth.form('/token', { ...fields, ...secret })).status, 400)
  })

  it('on standard input and output acts for the account that is named, within the same policy', async () => {
    const act = async (login: string, client = 'catshop', resource = auth.resource('oms'), proof?: string) => {
      const audience = `${auth.issuer}/internal`
      const token = proof ?? (await assertion(auth.serviceKey, { sub: client, aud: audience }))
      const answer = await fetch(`${auth.internalUrl}/internal/accounts/${login}/exchange`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: new URLSearchParams({ resource }),
      })
      return { status: answer.status, body: (await answer.json()) as Answer }
    }
    const { status, body } = await act('demo5@example.com')
    assert.equal(status, 200)
    const claims = claimsOf(body.access_token)
    assert.equal(claims.sub, 'cust-005')
    assert.deepEqual(claims.act, { sub: 'catshop' })
    assert.equal(claims.gid, undefined)
    assert.equal(claims.scope, 'oms:read oms:checkout oms:cancel')
    assert.equal(body.expires_in, 120)
    assert.equal((await act('ops')).status, 400)
    assert.equal((await act('nobody')).status, 400)
    assert.equal((await act('demo5', 'oms')).status, 400)
    assert.equal((await act('demo5', 'catshop', auth.resource('payments'))).status, 400)
    assert.equal((await act('demo5', 'catshop', auth.resource('oms'), await shopToken('demo5'))).status, 401)
    const { pool } = auth.database.connect<AuthTables>()
    const audited = await pool.query("select detail from audit where event = 'acted_for_account'")
    assert.deepEqual(
      audited.rows.map(({ detail }) => detail.login),
      ['demo5@example.com'],
    )
  })
})

it('services that share an address are not limited together at the internal port', async () => {
  const auth = await startAuth({ limitFactor: 0.01 })
  const ask = async (origin: string) =>
    fetch(`${origin}/auth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        resource: auth.resource('wms'),
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertion(auth.serviceKey, { sub: 'catshop', aud: auth.issuer }),
      }),
    })
  const statuses = async (origin: string) =>
    (await Promise.all(Array.from({ length: 12 }, () => ask(origin)))).map(({ status }) => status)
  assert.deepEqual(new Set(await statuses(auth.internalUrl)), new Set([200]))
  assert.ok((await statuses(auth.publicUrl)).includes(429))
  await auth.stop()
})
