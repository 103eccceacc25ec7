import { createHash, randomBytes } from 'node:crypto'
import { issuerOf } from '@backroom/access'
import { type FormBrowser, fillAndSubmit, openBrowser } from './form-browser.ts'

/** Sign-in as one person for one resource, through the pages that everybody sees. */
export interface CodeFlowRequest {
  /** Base of all published URLs, without trailing slash. */
  publicUrl: string
  /** Email or username. */
  account: string
  password: string
  /** Resource identifier: the public URL of a server's MCP endpoint. */
  resource: string
  /** Scopes separated by blanks; unset asks for the working set. */
  scope?: string
  /** Default: the command line client. */
  clientId?: string
  /** Default: a loopback address that nothing has to listen on. */
  redirectUri?: string
  /** In which somebody is signed in already; it must stop at the redirect address. Default: a fresh one. */
  browser?: FormBrowser
}

/** The answer of the token endpoint. Times in seconds. */
export interface TokenAnswer {
  access_token: string
  token_type: string
  expires_in: number
  scope: string
  refresh_token?: string
}

/** The sign-in ended without a token; the message says at which step and what the page said. */
export class SignInFailed extends Error {}

/** Authorization code with PKCE by plain HTTP: ticks every scope, follows every redirect, redeems the code. */
export async function signInForToken(request: CodeFlowRequest): Promise<TokenAnswer> {
  const { publicUrl, resource, clientId = 'probe', redirectUri = 'http://127.0.0.1/callback' } = request
  const issuer = issuerOf(publicUrl)
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const authorize = new URL(`${issuer}/authorize`)
  authorize.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    resource,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(request.scope ? { scope: request.scope } : {}),
  }).toString()
  const code = await passPages(authorize, request, redirectUri, state)
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
      resource,
    }),
  })
  const answer = (await response.json()) as TokenAnswer & { error?: string; error_description?: string }
  if (response.ok) return answer
  throw new SignInFailed(`The token endpoint refused: ${answer.error_description ?? answer.error}.`)
}

/** Fills in each page until a redirect leaves for the callback, and takes the code from there. */
async function passPages(start: URL, request: CodeFlowRequest, redirectUri: string, state: string): Promise<string> {
  const browser = request.browser ?? openBrowser((url) => url.href.startsWith(redirectUri))
  const seen = new Set<string>()
  let page = await browser.get(start)
  while (page.kind === 'page') {
    if (page.status >= 400 || seen.has(page.title)) throw new SignInFailed(`${page.title}. ${page.alert}`.trim())
    seen.add(page.title)
    page = await fillAndSubmit(browser, page, { login: request.account, password: request.password })
  }
  const answer = page.url.searchParams
  const refusal = answer.get('error_description') ?? answer.get('error')
  if (refusal) throw new SignInFailed(`Access was refused: ${refusal}.`)
  const code = answer.get('code')
  if (code && answer.get('state') === state && answer.get('iss') === issuerOf(request.publicUrl)) return code
  throw new SignInFailed('The answer did not come from the issuer that was asked.')
}
