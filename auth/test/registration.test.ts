import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { openBrowser } from '../src/commands/form-browser.ts'
import { type AuthUnderTest, startAuth } from './auth-under-test.ts'

const good = { client_name: 'App', redirect_uris: ['https://app.example/cb'], token_endpoint_auth_method: 'none' }

const refusedRedirects = [
  'http://app.example/cb',
  'http://127.0.0.2/cb',
  'http://localhost.evil.example/cb',
  'http://127.0.0.1.evil.example/cb',
  'http://0.0.0.0/cb',
  'http://10.0.0.1/cb',
  'https://user@app.example/cb',
  'https://user:secret@app.example/cb',
  'http://127.0.0.1@evil.example/cb',
  'https://*.example/cb',
  'https://app.example/*',
  'https://app.example/cb#fragment',
  'javascript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  'vbscript:x',
  'ftp://app.example/cb',
  'myapp://cb',
  'about:blank',
  'blob:https://app.example/1',
  '//app.example/cb',
  '/cb',
  '',
  ' ',
  'https://',
  'http://[::2]/cb',
]

const refused: Record<string, object> = {
  'no redirect': { ...good, redirect_uris: [] },
  'no redirect list': { client_name: 'App' },
  'redirect as text': { ...good, redirect_uris: 'https://app.example/cb' },
  'redirect as number': { ...good, redirect_uris: [1] },
  'redirect as null': { ...good, redirect_uris: [null] },
  'redirect as object': { ...good, redirect_uris: [{ toString: 'x' }] },
  'eleven redirects': { ...good, redirect_uris: Array.from({ length: 11 }, (_, n) => `https://app.example/${n}`) },
  'one bad redirect among good ones': { ...good, redirect_uris: ['https://app.example/cb', 'http://evil.example/cb'] },
  'bad page after sign-out': { ...good, post_logout_redirect_uris: ['http://evil.example/'] },
  'name of 101 characters': { ...good, client_name: 'x'.repeat(101) },
  'name as list': { ...good, client_name: ['a'] },
  'name as object': { ...good, client_name: { a: 1 } },
  '9 KB': { ...good, client_uri: `https://app.example/${'x'.repeat(9_000)}` },
  'grants as text': { ...good, grant_types: 'authorization_code' },
  'client credentials alone': { ...good, grant_types: ['client_credentials'] },
  'password alone': { ...good, grant_types: ['password'] },
  'refresh alone': { ...good, grant_types: ['refresh_token'] },
  'token exchange alone': { ...good, grant_types: ['urn:ietf:params:oauth:grant-type:token-exchange'] },
  'no grants': { ...good, grant_types: [] },
  'implicit response': { ...good, response_types: ['token'] },
  'unknown authentication': { ...good, token_endpoint_auth_method: 'tls' },
  'authentication as object': { ...good, token_endpoint_auth_method: {} },
  'scope as list': { ...good, scope: ['wms:read'] },
  'key set as text': { ...good, token_endpoint_auth_method: 'private_key_jwt', jwks: 'x' },
  'private key': {
    ...good,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b', d: 'c' }] },
  },
  'contacts as text': { ...good, contacts: 'a@b.example' },
}

describe('registration by strangers', () => {
  let auth: AuthUnderTest
  before(async () => {
    auth = await startAuth()
  })
  after(() => auth.stop())

  const register = (body: unknown) =>
    fetch(`${auth.issuer}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  it('hostile metadata is refused with a reason', async () => {
    const bodies = [
      ...Object.entries(refused),
      ...refusedRedirects.map((uri) => [`redirect ${uri}`, { ...good, redirect_uris: [uri] }] as const),
    ]
    assert.ok(bodies.length >= 40)
    for (const [name, body] of bodies) {
      const answer = await register(body)
      assert.equal(answer.status, 400, name)
      assert.match(((await answer.json()) as { error: string }).error, /^invalid_/, name)
    }
  })

  it('what a stranger claims beyond a plain app is taken away', async () => {
    const answer = await register({
      ...good,
      grant_types: ['authorization_code', 'client_credentials', 'refresh_token'],
      scope: 'payments:release_hold',
      mcp_allowed_scopes: ['payments:release_hold'],
      logo_uri: 'https://169.254.169.254/logo.png',
      token_endpoint_auth_method: 'client_secret_post',
    })
    assert.equal(answer.status, 201)
    const client = (await answer.json()) as Record<string, string>
    assert.deepEqual(client.grant_types, ['authorization_code', 'refresh_token'])
    for (const name of ['scope', 'mcp_allowed_scopes', 'logo_uri']) assert.equal(client[name], undefined, name)
    const privileged = await auth.form('/token', {
      grant_type: 'client_credentials',
      client_id: client.client_id ?? '',
      client_secret: client.client_secret ?? '',
      resource: auth.resource('payments'),
      scope: 'payments:read',
    })
    assert.equal(privileged.status, 400)
    const introspection = await auth.form('/token/introspection', {
      client_id: client.client_id ?? '',
      client_secret: client.client_secret ?? '',
      token: (await auth.token('demo1', 'catshop')).refresh_token ?? '',
    })
    assert.deepEqual(await introspection.json(), { active: false })
  })

  it('an app on loopback may answer on any port, also when it forgot to call itself native', async () => {
    const answer = await register({ ...good, redirect_uris: ['http://127.0.0.1:1234/cb'] })
    assert.equal(((await answer.json()) as { application_type: string }).application_type, 'native')
  })

  it('editors that answer to their own scheme may register, beside https and loopback', async () => {
    const redirect_uris = [
      'cursor://anysphere.cursor-mcp/oauth/callback',
      'https://www.cursor.com/cb',
      'http://localhost:8787/cb',
    ]
    const answer = await register({ ...good, redirect_uris })
    assert.equal(answer.status, 201)
    const client = (await answer.json()) as { application_type: string; client_id: string }
    assert.equal(client.application_type, 'native')
    const query = new URLSearchParams({
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: redirect_uris[0] ?? '',
      resource: auth.resource('catshop'),
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    })
    const page = await openBrowser(() => false).get(new URL(`${auth.issuer}/authorize?${query}`))
    assert.ok(page.kind === 'page')
    assert.equal(page.title, 'Sign in · Backroom')
  })

  it('a browser client may register from its own origin', async () => {
    const preflight = await fetch(`${auth.issuer}/register`, { method: 'OPTIONS' })
    assert.equal(preflight.status, 204)
    assert.equal(preflight.headers.get('access-control-allow-methods'), 'POST')
    assert.equal((await register(good)).headers.get('access-control-allow-origin'), '*')
  })

  it('no metadata at all, however strange, is answered with a server error', async () => {
    const keys = fc.constantFrom(
      ...Object.keys(good),
      'grant_types',
      'jwks',
      'jwks_uri',
      'contacts',
      'client_id',
      'scope',
    )
    await fc.assert(
      fc.asyncProperty(fc.dictionary(keys, fc.jsonValue()), async (changes) => {
        const answer = await register({ ...good, ...changes })
        assert.ok(answer.status < 500, `${answer.status} for ${JSON.stringify(changes)}`)
      }),
      { numRuns: 150, seed: 7 },
    )
  })
})
