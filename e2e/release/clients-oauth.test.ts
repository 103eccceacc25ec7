import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type DomainName, issuerOf, resourceUrl } from '@backroom/access'
import { launchBrowser, startFleet, type TestFleet } from '@backroom/fleet-testing'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import type { Browser } from 'playwright-core'
import { type AccessRequest, requestAccess } from '../src/access-request.ts'
import { backInTheApp, type LoopbackPage, serveLoopbackPage } from '../src/loopback-page.ts'
import { plainCalls } from '../src/plain-calls.ts'
import { allow, DEMO_PASSWORD, signIn, type VisitOptions, visitor } from '../src/sign-in.ts'
import { until } from '../src/until.ts'

// The fleet of this test speaks plain http on loopback, which both libraries refuse unless told.
const insecure = { [oauth.allowInsecureRequests]: true }
const DENY_LIMIT_MS = 5_000

describe('OAuth by independent libraries and a real browser', { concurrency: 2 }, () => {
  let fleet: TestFleet
  let browser: Browser
  let app: LoopbackPage
  before(async () => {
    fleet = await startFleet({ only: ['gateway', 'auth', 'wms', 'catshop'] })
    browser = await launchBrowser()
    app = await serveLoopbackPage(backInTheApp)
  })
  after(() => Promise.all([browser?.close(), fleet?.stop(), app?.close()]))

  const issuer = () => new URL(issuerOf(fleet.publicUrl))
  const address = (domain: DomainName) => resourceUrl(fleet.publicUrl, domain)
  const person = (options: VisitOptions) => visitor(browser, options)
  const callTool = (domain: DomainName, token: string, name: string, args: object = {}) =>
    plainCalls(fleet.publicUrl).mcp(domain, token, 'tools/call', { name, arguments: args })
  const ask = (visit: AccessRequest['visit'], options: Partial<AccessRequest> = {}) =>
    requestAccess(browser, { url: address('catshop'), visit, ...options })

  test('oauth4webapi: from discovery to revocation', async () => {
    const resource = address('catshop')
    const metadata = await oauth
      .resourceDiscoveryRequest(new URL(resource), insecure)
      .then((response) => oauth.processResourceDiscoveryResponse(new URL(resource), response))
    assert.deepEqual(metadata.authorization_servers, [issuer().href])

    const discover = (algorithm: 'oauth2' | 'oidc') =>
      oauth
        .discoveryRequest(issuer(), { ...insecure, algorithm })
        .then((response) => oauth.processDiscoveryResponse(issuer(), response))
    const server = await discover('oauth2')
    assert.deepEqual(await discover('oidc'), server)
    assert.deepEqual(server.code_challenge_methods_supported, ['S256'])

    const registration = {
      client_name: 'oauth4webapi',
      redirect_uris: ['http://127.0.0.1:1/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      application_type: 'native',
      scope: 'catshop:read catshop:write',
    }
    const client = await oauth
      .dynamicClientRegistrationRequest(server, registration, insecure)
      .then(oauth.processDynamicClientRegistrationResponse)
    assert.equal(client.client_secret, undefined)

    const verifier = oauth.generateRandomCodeVerifier()
    const state = oauth.generateRandomState()
    // A native app takes whatever port is free at the moment, not the one that it registered.
    const redirectUri = `${app.origin}/callback`
    const authorize = new URL(server.authorization_endpoint ?? '')
    authorize.search = new URLSearchParams({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: redirectUri,
      scope: 'catshop:read catshop:write',
      resource,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString()
    const answer = await person({ account: 'demo1@example.com' })(authorize)
    assert.equal(answer.searchParams.get('iss'), server.issuer)
    const parameters = oauth.validateAuthResponse(server, client, answer, state)

    const options = { ...insecure, additionalParameters: { resource } }
    const tokens = await oauth
      .authorizationCodeGrantRequest(server, client, oauth.None(), parameters, redirectUri, verifier, options)
      .then((response) => oauth.processAuthorizationCodeResponse(server, client, response))
    assert.ok(tokens.refresh_token)
    assert.equal(tokens.expires_in, 900)

    const request = new Request(resource, { headers: { authorization: `Bearer ${tokens.access_token}` } })
    const claims = await oauth.validateJwtAccessToken(server, request, resource, insecure)
    assert.equal(claims.sub, 'cust-001')
    assert.equal(claims.customer_id, 'cust-001')
    assert.equal(claims.client_id, client.client_id)
    assert.equal(claims.scope, 'catshop:read catshop:write')
    assert.equal((await callTool('catshop', tokens.access_token, 'view_cart')).status, 200)

    const refresh = (token: string) => oauth.refreshTokenGrantRequest(server, client, oauth.None(), token, options)
    const renewed = await refresh(tokens.refresh_token).then((response) =>
      oauth.processRefreshTokenResponse(server, client, response),
    )
    assert.ok(renewed.refresh_token)
    assert.notEqual(renewed.refresh_token, tokens.refresh_token)
    assert.equal((await callTool('catshop', renewed.access_token, 'view_cart')).status, 200)

    await oauth
      .revocationRequest(server, client, oauth.None(), renewed.refresh_token, insecure)
      .then(oauth.processRevocationResponse)
    await assert.rejects(
      refresh(renewed.refresh_token).then((response) => oauth.processRefreshTokenResponse(server, client, response)),
      { error: 'invalid_grant' },
    )
    for (const token of [tokens.access_token, renewed.access_token])
      await until(
        'a revoked access token is refused',
        async () => (await callTool('catshop', token, 'view_cart')).status === 401,
        { limitMs: DENY_LIMIT_MS, everyMs: 100 },
      )
  })

  test('openid-client: the registered command line client signs in, renews and revokes', async () => {
    const resource = address('wms')
    const configuration = await openid.discovery(issuer(), 'probe', undefined, openid.None(), {
      algorithm: 'oauth2',
      execute: [openid.allowInsecureRequests],
    })
    const pkceCodeVerifier = openid.randomPKCECodeVerifier()
    const expectedState = openid.randomState()
    const authorize = openid.buildAuthorizationUrl(configuration, {
      redirect_uri: `${app.origin}/callback`,
      scope: 'wms:read wms:reorder',
      resource,
      state: expectedState,
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    })
    const answer = await person({ account: 'ops', untick: ['wms:reorder'] })(authorize)
    const tokens = await openid.authorizationCodeGrant(
      configuration,
      answer,
      { pkceCodeVerifier, expectedState },
      { resource },
    )
    assert.equal(tokens.scope, 'wms:read')

    const stock = await callTool('wms', tokens.access_token, 'get_stock', { skus: ['CAT-1004'] })
    assert.equal(stock.status, 200)
    const refused = await callTool('wms', tokens.access_token, 'create_reorder', {
      sku: 'CAT-1004',
      quantity: 1,
      warehouse: 'WH-2',
    })
    assert.equal(refused.status, 403)
    const challenge = refused.headers.get('www-authenticate') ?? ''
    assert.match(challenge, /error="insufficient_scope"/)
    assert.match(challenge, /scope="[^"]*wms:reorder/)
    assert.ok(challenge.includes(`${fleet.publicUrl}/.well-known/oauth-protected-resource/wms/mcp`), challenge)
    assert.equal(refused.body.id, 1)
    assert.match(refused.body.error.message, /wms:reorder/)

    const renewed = await openid.refreshTokenGrant(configuration, tokens.refresh_token ?? '', { resource })
    assert.equal(renewed.scope, 'wms:read')
    await openid.tokenRevocation(configuration, renewed.refresh_token ?? '')
    await assert.rejects(openid.refreshTokenGrant(configuration, renewed.refresh_token ?? '', { resource }), {
      error: 'invalid_grant',
    })
  })

  test('a person who allows nothing sends the app away without a code', async () => {
    const answer = await ask(async (page) => {
      await signIn(page, 'demo2@example.com')
      await page.getByRole('button', { name: 'Do not allow' }).click()
      await page.waitForURL(({ origin }) => origin !== fleet.publicUrl, { waitUntil: 'commit' })
      return new URL(page.url())
    })
    assert.equal(answer.get('error'), 'access_denied')
    assert.equal(answer.get('code'), null)
  })

  test('the pages load nothing from elsewhere and keep to their content security policy', async () => {
    const origins = new Set<string>()
    const complaints: string[] = []
    const answer = await ask(async (page) => {
      page.on('request', (request) => origins.add(new URL(request.url()).origin))
      page.on('console', (message) => complaints.push(message.text()))
      await page.reload()
      await signIn(page, 'demo3@example.com')
      const callback = await allow(page)
      origins.delete(callback.origin)
      return callback
    })
    assert.ok(answer.get('code'))
    assert.deepEqual([...origins], [fleet.publicUrl])
    assert.deepEqual(complaints, [])
  })

  test('the browser goes on to an app that is hosted elsewhere', async () => {
    const callback = 'https://host.invalid/callback'
    const answer = await ask(
      async (page) => {
        await signIn(page, 'demo7@example.com')
        const [request] = await Promise.all([
          page.waitForRequest((request) => request.url().startsWith(callback)),
          page.getByRole('button', { name: 'Allow', exact: true }).click(),
        ])
        return new URL(request.url())
      },
      { hostedAt: callback },
    )
    assert.ok(answer.get('code'))
  })

  test('signing in and allowing work without JavaScript', async () => {
    const answer = await ask(
      async (page) => {
        await signIn(page, 'demo4@example.com')
        return allow(page)
      },
      { context: { javaScriptEnabled: false } },
    )
    assert.ok(answer.get('code'))
  })

  test('a form on another site cannot sign a person in', async () => {
    const answer = await ask(async (page) => {
      const signInPage = page.url()
      const attacker = await serveLoopbackPage(`<!doctype html><link rel="icon" href="data:,">
        <form method="post" action="${signInPage}/login">
          <input name="login" value="demo5@example.com"><input name="password" value="${DEMO_PASSWORD}">
          <button>Win a prize</button>
        </form>`)
      await page.goto(attacker.origin)
      const [refused] = await Promise.all([
        page.waitForResponse(`${signInPage}/login`),
        page.getByRole('button', { name: 'Win a prize' }).click(),
      ])
      assert.equal(refused.status(), 403)
      await attacker.close()
      await page.goto(signInPage)
      await signIn(page, 'demo5@example.com')
      return allow(page)
    })
    assert.ok(answer.get('code'))
  })

  test('no other site can frame the pages', async () => {
    await ask(async (page) => {
      const signInPage = page.url()
      const attacker = await serveLoopbackPage(`<!doctype html><link rel="icon" href="data:,">
        <iframe src="${signInPage}"></iframe>`)
      await page.goto(attacker.origin)
      const refused = 'chrome-error://chromewebdata/'
      await until('the browser refuses to show the frame', () => page.frames()[1]?.url() === refused)
      await attacker.close()
      await page.goto(signInPage)
      await signIn(page, 'demo6@example.com')
      return allow(page)
    })
  })
})
