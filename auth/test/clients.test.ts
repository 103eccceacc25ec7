import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { workingSet } from '@backroom/access'
import { auth as connectModern } from '@modelcontextprotocol/client'
import { auth as connectLegacy, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import * as oauth from 'oauth4webapi'
import { DEMO_PASSWORD } from '../src/accounts/demo-accounts.ts'
import { fillAndSubmit, openBrowser } from '../src/commands/form-browser.ts'
import { type AuthUnderTest, claimsOf, startAuth } from './auth-under-test.ts'

const insecure = { [oauth.allowInsecureRequests]: true }

/** Passes the pages as this person; the address of the callback with the answer. */
async function approve(url: URL, redirectUri: string, login: string): Promise<URL> {
  const browser = openBrowser((next) => next.href.startsWith(redirectUri))
  let page = await browser.get(url)
  for (let step = 0; page.kind === 'page' && step < 3; step++)
    page = await fillAndSubmit(browser, page, { login, password: DEMO_PASSWORD })
  return page.url
}

describe('other people’s clients', () => {
  let auth: AuthUnderTest
  before(async () => {
    auth = await startAuth({
      prepare(app, publicUrl) {
        const metadata = `${publicUrl}/.well-known/oauth-protected-resource/wms/mcp`
        app.get('/.well-known/oauth-protected-resource/wms/mcp', async () => ({
          resource: `${publicUrl}/wms/mcp`,
          authorization_servers: [`${publicUrl}/auth`],
          scopes_supported: workingSet('wms'),
        }))
        app.post('/wms/mcp', async (_request, reply) => {
          const scope = workingSet('wms').join(' ')
          return reply
            .code(401)
            .header('www-authenticate', `Bearer resource_metadata="${metadata}", scope="${scope}"`)
            .send()
        })
      },
    })
  })
  after(() => auth.stop())

  for (const algorithm of ['oauth2', 'oidc'] as const) {
    it(`oauth4webapi: discovery (${algorithm}) to revocation`, async () => {
      const issuer = new URL(auth.issuer)
      const discovered = await oauth.discoveryRequest(issuer, { algorithm, ...insecure })
      const server = await oauth.processDiscoveryResponse(issuer, discovered)
      const registered = await oauth.dynamicClientRegistrationRequest(
        server,
        {
          client_name: 'Plain OAuth client',
          redirect_uris: ['http://127.0.0.1:4000/callback'],
          application_type: 'native',
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token'],
          scope: 'wms:read wms:adjust',
        },
        insecure,
      )
      const client = (await oauth.processDynamicClientRegistrationResponse(registered)) as oauth.Client

      const redirectUri = 'http://127.0.0.1:4999/callback'
      const verifier = oauth.generateRandomCodeVerifier()
      const state = oauth.generateRandomState()
      const url = new URL(server.authorization_endpoint ?? '')
      url.search = new URLSearchParams({
        client_id: client.client_id,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'wms:read wms:adjust',
        resource: auth.resource('wms'),
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString()
      const callback = oauth.validateAuthResponse(server, client, await approve(url, redirectUri, 'warehouse'), state)
      const additionalParameters = { resource: auth.resource('wms') }
      const options = { additionalParameters, ...insecure }
      const none = oauth.None()
      const redeemed = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        none,
        callback,
        redirectUri,
        verifier,
        options,
      )
      const tokens = await oauth.processAuthorizationCodeResponse(server, client, redeemed)
      assert.equal(tokens.scope, 'wms:read wms:adjust')
      const call = new Request(auth.resource('wms'), { headers: { authorization: `Bearer ${tokens.access_token}` } })
      const claims = await oauth.validateJwtAccessToken(server, call, auth.resource('wms'), insecure)
      assert.equal(claims.sub, 'staff-warehouse')

      const refreshed = await oauth.refreshTokenGrantRequest(server, client, none, tokens.refresh_token ?? '', insecure)
      const rotated = await oauth.processRefreshTokenResponse(server, client, refreshed)
      assert.notEqual(rotated.refresh_token, tokens.refresh_token)
      const revoked = await oauth.revocationRequest(server, client, none, rotated.refresh_token ?? '', insecure)
      await oauth.processRevocationResponse(revoked)
      const late = await oauth.refreshTokenGrantRequest(server, client, none, rotated.refresh_token ?? '', insecure)
      await assert.rejects(oauth.processRefreshTokenResponse(server, client, late), { error: 'invalid_grant' })
    })
  }

  for (const [name, connect] of [
    ['1.x', connectLegacy],
    ['2.x', connectModern],
  ] as const) {
    it(`MCP SDK ${name}: from the server’s address to a token and its refresh`, async () => {
      const provider = memoryProvider()
      const serverUrl = auth.resource('wms')
      const started = await connect(provider as never, { serverUrl })
      assert.equal(started, 'REDIRECT')
      assert.ok(provider.authorizationUrl)
      const callback = await approve(provider.authorizationUrl, String(provider.redirectUrl), 'buyer')
      const finished = await connect(provider as never, {
        serverUrl,
        authorizationCode: callback.searchParams.get('code') ?? '',
        iss: callback.searchParams.get('iss') ?? '',
      })
      assert.equal(finished, 'AUTHORIZED')
      const first = provider.kept.tokens
      assert.equal(first?.scope, 'wms:read wms:reorder')
      assert.equal(claimsOf(first?.access_token ?? '').aud, serverUrl)
      assert.equal(await connect(provider as never, { serverUrl }), 'AUTHORIZED')
      assert.notEqual(provider.kept.tokens?.refresh_token, first?.refresh_token)
    })
  }
})

/** A host's memory, as both generations of the SDK ask for it. */
function memoryProvider() {
  const kept: { client?: OAuthClientInformationMixed; tokens?: OAuthTokens; verifier?: string; state?: object } = {}
  const provider = {
    kept,
    authorizationUrl: undefined as URL | undefined,
    redirectUrl: 'http://127.0.0.1:4001/callback',
    clientMetadata: {
      client_name: 'SDK client',
      redirect_uris: ['http://127.0.0.1:4001/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
    clientInformation: () => kept.client,
    saveClientInformation: (client) => {
      kept.client = client
    },
    tokens: () => kept.tokens,
    saveTokens: (tokens) => {
      kept.tokens = tokens
    },
    redirectToAuthorization: (url) => {
      provider.authorizationUrl = url
    },
    saveCodeVerifier: (verifier) => {
      kept.verifier = verifier
    },
    codeVerifier: () => kept.verifier ?? '',
    saveDiscoveryState: (state) => {
      kept.state = state
    },
    discoveryState: () => kept.state as never,
  } satisfies OAuthClientProvider & { kept: typeof kept; authorizationUrl: URL | undefined }
  return provider
}
