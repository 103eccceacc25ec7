import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ConfigurationError } from '@backroom/configuration'
import { seedDemoAccounts } from '../src/accounts/demo-accounts.ts'
import { createPasswords } from '../src/accounts/passwords.ts'
import type { AuthTables } from '../src/database-tables.ts'
import { createAuthServer } from '../src/server.ts'
import { type AuthUnderTest, claimsOf, startAuth } from './auth-under-test.ts'

const login = (auth: AuthUnderTest, body: unknown) =>
  fetch(`${auth.publicUrl}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const runToken = (environment: Record<string, string>, ...args: string[]) =>
  new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
    const command = fileURLToPath(new URL('../src/commands/token.ts', import.meta.url))
    execFile(
      process.execPath,
      [command, ...args],
      { env: { ...process.env, ...environment } },
      (error, stdout, stderr) => resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })

describe('the demo profile', () => {
  let auth: AuthUnderTest
  before(async () => {
    auth = await startAuth()
  })
  after(() => auth.stop())

  it('email and password give a token for the shop, in the shape of the old store', async () => {
    const answer = await login(auth, { email: 'demo1@example.com', password: 'Demo123!' })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    assert.match(answer.headers.get('deprecation') ?? '', /^@\d+$/)
    const { access_token, ...rest } = (await answer.json()) as { access_token: string }
    assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, customer_id: 'cust-001' })
    const claims = claimsOf(access_token)
    assert.equal(claims.aud, auth.resource('catshop'))
    assert.equal(claims.scope, 'catshop:read catshop:write')
    assert.equal(claims.customer_id, 'cust-001')
    assert.equal(Number(claims.exp) - Number(claims.iat), 3600)
  })

  it('wrong passwords, strangers and staff get the same refusal; other bodies are not read', async () => {
    const refusals = [
      { email: 'demo2@example.com', password: 'wrong' },
      { email: 'nobody@example.com', password: 'Demo123!' },
      { email: 'finance@example.com', password: 'Demo123!' },
    ]
    const bodies = await Promise.all(
      refusals.map(async (body) => {
        const answer = await login(auth, body)
        assert.equal(answer.status, 401)
        return answer.text()
      }),
    )
    assert.equal(new Set(bodies).size, 1)
    for (const body of [{}, [], { email: 1, password: 2 }, { email: 'a', password: 'b', admin: true }])
      assert.equal((await login(auth, body)).status, 400, JSON.stringify(body))
  })

  it('the sixth attempt within a minute is too many', async () => {
    const statuses: number[] = []
    for (let attempt = 0; attempt < 6; attempt++)
      statuses.push((await login(auth, { email: 'demo9@example.com', password: 'Demo123!' })).status)
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429])
  })

  it('nobody can use the client behind it from outside', async () => {
    const metadata = (await (await fetch(`${auth.issuer}/.well-known/openid-configuration`)).json()) as {
      grant_types_supported: string[]
    }
    const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
    const grants = ['authorization_code', 'refresh_token', 'client_credentials', exchange]
    assert.deepEqual(metadata.grant_types_supported, grants)
    const password = { grant_type: 'password', client_id: 'demo-login', username: 'demo1', password: 'Demo123!' }
    assert.equal((await auth.form('/token', password)).status, 400)
  })

  it('the token command prints a token and nothing else', async () => {
    const { status, stdout } = await runToken(
      { PUBLIC_URL: auth.publicUrl, BACKROOM_PROFILE: 'demo' },
      ...['--account', 'buyer@example.com', '--resource', 'wms', '--scope', 'wms:read wms:reorder'],
    )
    assert.equal(status, 0)
    assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    assert.equal(claimsOf(stdout.trim()).scope, 'wms:read wms:reorder')
  })

  it('the token command says what is missing', async () => {
    const away = { PUBLIC_URL: 'http://127.0.0.1:9', BACKROOM_PROFILE: 'demo' }
    const args = ['--account', 'demo1', '--resource', 'catshop']
    const cases = [
      [await runToken(away, ...args), /npm start/],
      [await runToken(away), /Usage/],
      [await runToken(away, '--account', 'demo1', '--resource', 'nothing'), /no server nothing/],
      [await runToken({ ...away, BACKROOM_PROFILE: 'production' }, ...args), /demo profile only/],
      [
        await runToken({ ...away, PUBLIC_URL: auth.publicUrl }, '--account', 'nobody', '--resource', 'wms'),
        /not right/,
      ],
    ] as const
    for (const [{ status, stdout, stderr }, message] of cases) {
      assert.equal(status, 1)
      assert.equal(stdout, '')
      assert.match(stderr, message)
      assert.equal(stderr.trim().split('\n').length, 1)
    }
  })
})

describe('the production profile', () => {
  it('has no demo account, no password login, and starts on an empty database', async () => {
    const auth = await startAuth({ profile: 'production' })
    try {
      assert.equal((await login(auth, { email: 'demo1@example.com', password: 'Demo123!' })).status, 404)
      await assert.rejects(auth.token('demo1', 'catshop'), /not right/)
      const { rows } = await auth.database.connect().pool.query('select count(*)::int as count from account')
      assert.equal(rows[0].count, 0)
    } finally {
      await auth.stop()
    }
  })

  it('refuses to start where demo accounts exist', async () => {
    const auth = await startAuth({ profile: 'production' })
    try {
      await seedDemoAccounts(auth.database.connect<AuthTables>().db, await createPasswords('pepper'))
      await assert.rejects(createAuthServer({ ...auth.options, profile: 'production' }), (error: Error) => {
        assert.ok(error instanceof ConfigurationError)
        assert.match(error.message, /holds the demo accounts/)
        return true
      })
    } finally {
      await auth.stop()
    }
  })

  it('on https every cookie is for https and for the paths of auth only', async () => {
    const auth = await startAuth({ profile: 'production' })
    const { app } = await createAuthServer({ ...auth.options, publicUrl: 'https://shop.example' })
    try {
      const query = new URLSearchParams({
        client_id: 'probe',
        response_type: 'code',
        redirect_uri: 'http://127.0.0.1/callback',
        resource: 'https://shop.example/catshop/mcp',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
      })
      const answer = await app.inject(`/auth/authorize?${query}`)
      assert.equal(answer.statusCode, 303)
      const cookies = [answer.headers['set-cookie'] ?? []].flat()
      assert.ok(cookies.length >= 2)
      for (const cookie of cookies)
        assert.match(cookie, /^__Secure-.*; path=\/auth\/.*; samesite=lax; secure; httponly$/i)
    } finally {
      await app.close()
      await auth.stop()
    }
  })
})
