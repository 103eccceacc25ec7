import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { openApp } from './app-session.ts'
import { type AuthUnderTest, startAuth } from './auth-under-test.ts'

/** `FUZZ_REQUESTS=20000` runs the figure of a release. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 600)

describe('requests that make no sense', () => {
  let auth: AuthUnderTest
  before(async () => {
    auth = await startAuth()
  })
  after(() => auth.stop())

  it('are refused, and never answered with a server error', async () => {
    const { refresh_token = '', access_token } = await auth.token('demo1', 'catshop')
    const names = fc.constantFrom(
      ...[
        'grant_type',
        'client_id',
        'client_secret',
        'code',
        'code_verifier',
        'redirect_uri',
        'refresh_token',
        'scope',
      ],
      ...[
        'resource',
        'client_assertion',
        'client_assertion_type',
        'token',
        'token_type_hint',
        'response_type',
        'state',
      ],
      ...['code_challenge', 'code_challenge_method', 'prompt', 'max_age', 'request_uri', 'request', 'response_mode'],
      ...['claims', 'id_token_hint', 'login_hint', 'nonce', 'display', 'ui_locales', 'acr_values', 'audience'],
    )
    const values = fc.oneof(
      fc.constantFrom(
        ...['authorization_code', 'refresh_token', 'client_credentials', 'password', 'probe', 'catshop', 'demo-login'],
        ...[
          'code',
          'token',
          'S256',
          'plain',
          'none',
          'login',
          'consent',
          'wms:read',
          'openid offline_access',
          '-1',
          '0',
        ],
        ...[refresh_token, access_token, auth.resource('catshop'), 'http://127.0.0.1/callback', 'https://x.example/c'],
        ...[
          'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          'e30.e30.',
          '\u0000',
          '__proto__',
          '%00',
          '{}',
          '[]',
        ],
      ),
      fc.string({ unit: 'binary', maxLength: 60 }),
    )
    const request = fc.record({
      path: fc.constantFrom(
        '/token',
        '/authorize',
        '/revoke',
        '/request',
        '/token/introspection',
        '/register',
        '/session/end',
      ),
      pairs: fc.array(fc.tuple(names, values), { maxLength: 9 }),
      inBody: fc.boolean(),
      type: fc.constantFrom(
        'application/x-www-form-urlencoded',
        'application/json',
        'text/plain',
        'multipart/form-data',
        '',
      ),
      authorization: fc.option(
        fc.oneof(
          fc.constant(`Bearer ${access_token}`),
          fc.base64String().map((text) => `Basic ${text}`),
        ),
      ),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 20, maxLength: 20 }), async (batch) => {
        const answers = await Promise.all(batch.map((one) => send(auth, one)))
        for (const [index, answer] of answers.entries())
          assert.ok(answer.status < 500, `${answer.status} for ${JSON.stringify(batch[index])}`)
      }),
      { numRuns: Math.ceil(REQUESTS / 20), seed: 42, endOnFailure: true },
    )
    assert.ok((await fetch(`${auth.publicUrl}/ready`)).ok)
    await auth.token('demo2', 'catshop')
  })
})

describe('a zero character, which no database column can hold', () => {
  let auth: AuthUnderTest
  before(async () => {
    auth = await startAuth()
  })
  after(() => auth.stop())

  it('is refused wherever it comes in', async () => {
    const zero = 'a\u0000b'
    const register = (body: object) =>
      fetch(`${auth.issuer}/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: ['https://a.example/'], token_endpoint_auth_method: 'none', ...body }),
      })
    const app = await openApp(auth)
    const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }
    const request = {
      client_id: 'probe',
      response_type: 'code',
      redirect_uri: 'http://127.0.0.1/callback',
      ...challenge,
    }
    const get = async (path: string) => (await fetch(`${auth.issuer}/${path}`, { redirect: 'manual' })).status
    const page = await app.submit(await app.open(), { login: zero })
    const answers = {
      'sign-out': await get(`session/end?state=${encodeURIComponent(zero)}`),
      authorize: await get(`authorize?${new URLSearchParams({ ...request, state: zero })}`),
      'pushed request': (await auth.form('/request', { ...request, state: zero })).status,
      registration: (await register({ client_name: zero })).status,
      code: (await auth.form('/token', { grant_type: 'authorization_code', client_id: 'probe', code: zero })).status,
      'client id': (await auth.form('/token', { grant_type: 'refresh_token', client_id: zero })).status,
      'sign-in': page.kind === 'page' ? page.status : 0,
    }
    for (const [name, status] of Object.entries(answers)) assert.ok(status >= 300 && status < 500, `${name}: ${status}`)
  })
})

interface Fuzzed {
  path: string
  pairs: [string, string][]
  inBody: boolean
  type: string
  authorization: string | null
}

function send(auth: AuthUnderTest, { path, pairs, inBody, type, authorization }: Fuzzed): Promise<Response> {
  const text = new URLSearchParams(pairs).toString()
  const url = `${auth.issuer}${path}${inBody ? '' : `?${text}`}`
  const headers: Record<string, string> = { ...(type ? { 'content-type': type } : {}) }
  if (authorization) headers.authorization = authorization
  const method = path === '/authorize' || (path === '/session/end' && !inBody) ? 'GET' : 'POST'
  const body = type === 'application/json' ? JSON.stringify(Object.fromEntries(pairs)) : text
  return fetch(url, { method, headers, redirect: 'manual', ...(method === 'POST' && inBody ? { body } : {}) })
}
