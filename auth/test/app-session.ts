import { createHash, randomBytes } from 'node:crypto'
import { DEMO_PASSWORD } from '../src/accounts/demo-accounts.ts'
import { fillAndSubmit, type Landing, openBrowser } from '../src/commands/form-browser.ts'
import type { AuthUnderTest } from './auth-under-test.ts'

/** A registered web app in one person's browser: after the first consent a code comes without any page. */
export interface AppSession {
  clientId: string
  /** A fresh code with its PKCE verifier. */
  code(scope: string): Promise<{ code: string; verifier: string }>
  redeem(code: { code: string; verifier: string }): Promise<Response>
  refresh(refreshToken: string): Promise<Response>
  /** Opens the authorization endpoint and shows where that led, without filling in anything. */
  open(scope?: string, more?: Record<string, string>): Promise<Landing>
  submit(page: Landing, values?: Record<string, string>): Promise<Landing>
}

const REDIRECT = 'https://app.example/callback'

/** Registers an app for the resource `wms`; nobody is signed in yet. */
export async function openApp(auth: AuthUnderTest, account = 'ops'): Promise<AppSession> {
  const registration = await fetch(`${auth.issuer}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Example app',
      redirect_uris: [REDIRECT],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    }),
  })
  const { client_id: clientId } = (await registration.json()) as { client_id: string }
  const browser = openBrowser((url) => url.href.startsWith(REDIRECT))

  const open = (scope: string | undefined, verifier: string, more: Record<string, string> = {}) => {
    const url = new URL(`${auth.issuer}/authorize`)
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: REDIRECT,
      resource: auth.resource('wms'),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...(scope ? { scope } : {}),
      ...more,
    }).toString()
    return browser.get(url)
  }
  const submit = (page: Landing, values: Record<string, string> = {}) => {
    if (page.kind !== 'page') throw new Error(`there is no page to fill in: ${page.url}`)
    return fillAndSubmit(browser, page, { login: account, password: DEMO_PASSWORD, ...values })
  }

  return {
    clientId,
    open: (scope, more) => open(scope, randomBytes(32).toString('base64url'), more),
    submit,
    async code(scope) {
      const verifier = randomBytes(32).toString('base64url')
      let landing = await open(scope, verifier)
      for (let pages = 0; landing.kind === 'page' && pages < 3; pages++) landing = await submit(landing)
      return { code: landing.url.searchParams.get('code') ?? '', verifier }
    },
    redeem: ({ code, verifier }) =>
      auth.form('/token', {
        grant_type: 'authorization_code',
        client_id: clientId,
        redirect_uri: REDIRECT,
        code,
        code_verifier: verifier,
      }),
    refresh: (refresh_token) =>
      auth.form('/token', { grant_type: 'refresh_token', client_id: clientId, refresh_token }),
  }
}
