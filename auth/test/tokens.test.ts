import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { domainNames, domains, scopesOfRole, workingSet } from '@backroom/access'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { demoAccounts } from '../src/accounts/demo-accounts.ts'
import { SignInFailed } from '../src/commands/code-flow.ts'
import { type AuthUnderTest, assertion, claimsOf, startAuth } from './auth-under-test.ts'

describe('tokens', () => {
  let auth: AuthUnderTest
  before(async () => {
    auth = await startAuth()
  })
  after(() => auth.stop())

  it('a customer gets a token for the shop alone, with the claims that servers read', async () => {
    const answer = await auth.token('demo3@example.com', 'catshop', 'catshop:read catshop:write')
    const keys = createRemoteJWKSet(new URL(`${auth.issuer}/jwks`))
    const { payload, protectedHeader } = await jwtVerify(answer.access_token, keys, {
      issuer: auth.issuer,
      audience: auth.resource('catshop'),
      typ: 'at+jwt',
      algorithms: ['ES256'],
    })
    assert.equal(protectedHeader.alg, 'ES256')
    assert.equal(payload.sub, 'cust-003')
    assert.equal(payload.customer_id, 'cust-003')
    assert.equal(payload.username, 'demo3')
    assert.equal(payload.client_id, 'probe')
    assert.equal(payload.scope, 'catshop:read catshop:write')
    assert.equal(typeof payload.gid, 'string')
    assert.equal(payload.role, undefined)
    assert.equal(payload.may, undefined)
  })

  it('every token lives as long as its domain says, and holds what the role permits of the working set', async () => {
    for (const domain of domainNames) {
      const answer = await auth.token('auditor', domain)
      const claims = claimsOf(answer.access_token)
      assert.equal(answer.expires_in, domains[domain].tokenLifetime)
      assert.equal(Number(claims.exp) - Number(claims.iat), domains[domain].tokenLifetime)
      const permitted = scopesOfRole('auditor', domain).filter((scope) => workingSet(domain).includes(scope))
      assert.deepEqual(answer.scope.split(' '), permitted)
      assert.deepEqual(claims.may, [`${domain}:audit`])
      assert.equal(claims.role, 'auditor')
    }
  })

  it('no account gets a scope beyond its role, whatever it asks for', async () => {
    for (const { username, role } of demoAccounts.filter(({ role }) => role !== 'customer')) {
      const domain = domainNames.find((name) => scopesOfRole(role, name).length > 0) ?? 'wms'
      const everything = [...workingSet(domain), `${domain}:audit`, `${domain}:approvals`].join(' ')
      const granted = (await auth.token(username, domain, everything)).scope.split(' ')
      assert.deepEqual(
        granted.filter((scope) => !scopesOfRole(role, domain).some((permitted) => permitted === scope)),
        [],
        username,
      )
    }
  })

  it('a person whose role has nothing to do with a server is told so and gets no token', async () => {
    await assert.rejects(auth.token('demo1', 'payments'), (error: Error) => {
      assert.ok(error instanceof SignInFailed)
      return true
    })
  })

  it('releasing a hold is granted by a fresh sign-in and is lost with the first refresh', async () => {
    const first = await auth.token('finance', 'payments', 'payments:read payments:release_hold')
    assert.match(first.scope, /payments:release_hold/)
    const refreshed = await auth.form('/token', {
      grant_type: 'refresh_token',
      client_id: 'probe',
      refresh_token: first.refresh_token ?? '',
    })
    assert.equal(((await refreshed.json()) as { scope: string }).scope, 'payments:read')
  })

  it('a service gets its own scopes for itself, and nothing else', async () => {
    const ask = async (fields: Record<string, string>, lifetime = 60) =>
      auth.form('/token', {
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertion(auth.serviceKey, { sub: 'catshop', aud: auth.issuer, lifetime }),
        ...fields,
      })
    const answer = await ask({ resource: auth.resource('wms'), scope: 'wms:read' })
    const { access_token } = (await answer.json()) as { access_token: string }
    const claims = claimsOf(access_token)
    assert.equal(claims.sub, 'catshop')
    assert.equal(claims.scope, 'wms:read')
    assert.equal(claims.gid, undefined)
    assert.equal((await ask({ resource: auth.resource('wms') })).status, 200, 'without scope: what the table permits')
    assert.equal((await ask({ resource: auth.resource('wms'), scope: 'wms:adjust' })).status, 400)
    assert.equal((await ask({ resource: auth.resource('payments'), scope: 'payments:read' })).status, 400)
    assert.equal((await ask({ resource: 'https://elsewhere.example/mcp', scope: 'wms:read' })).status, 400)
  })

  it('a signature of a service is good for one use, also twenty times at once', async () => {
    const signature = await assertion(auth.serviceKey, { sub: 'catshop', aud: auth.issuer })
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        auth.form('/token', {
          grant_type: 'client_credentials',
          resource: auth.resource('wms'),
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: signature,
        }),
      ),
    )
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    assert.ok(answers.every(({ status }) => status < 500))
  })

  it('published metadata follows the issuer, not the Host header', async () => {
    for (const path of ['/auth/.well-known/openid-configuration', '/.well-known/oauth-authorization-server/auth']) {
      const answer = await fetch(`${auth.publicUrl}${path}`, { headers: { 'x-forwarded-host': 'evil.example' } })
      const metadata = (await answer.json()) as Record<string, unknown>
      assert.equal(metadata.issuer, auth.issuer)
      assert.equal(metadata.token_endpoint, `${auth.issuer}/token`)
      assert.equal(metadata.registration_endpoint, `${auth.issuer}/register`)
      assert.equal(metadata.client_id_metadata_document_supported, true)
      assert.deepEqual(metadata.code_challenge_methods_supported, ['S256'])
    }
  })
})
