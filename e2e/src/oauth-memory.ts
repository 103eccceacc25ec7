import { randomUUID } from 'node:crypto'
import type { OAuthClientProvider, OAuthDiscoveryState, OAuthTokens } from '@modelcontextprotocol/client'
import { backInTheApp, serveLoopbackPage } from './loopback-page.ts'
import type { Visit } from './sign-in.ts'

/**
 * What an app remembers of OAuth, in the shape that the SDKs of both generations and @ai-sdk/mcp ask for: it registers
 * itself, and each redirect is a visit of its person to the browser.
 */
export interface OAuthMemory extends OAuthClientProvider {
  /** A loopback app without a secret, as every SDK registers it. */
  readonly clientMetadata: {
    client_name: string
    redirect_uris: string[]
    token_endpoint_auth_method: string
    grant_types: string[]
    response_types: string[]
  }
  readonly redirectUrl: string
  tokens(): OAuthTokens | undefined
  saveTokens(tokens: OAuthTokens): void
  clientInformation(): { client_id: string } | undefined
  /** The answer that the last visit brought, once; its `state` has been compared. */
  takeAnswer(): URLSearchParams
  /** How often the person was sent to the browser. */
  readonly visits: number
  close(): Promise<void>
}

/**
 * A memory that is empty: the app has never seen the server before. It runs on the person's device, or is hosted where
 * `hostedAt` says its callback is.
 */
export async function emptyMemory(visit: Visit, hostedAt?: string): Promise<OAuthMemory> {
  const app = hostedAt === undefined ? await serveLoopbackPage(backInTheApp) : undefined
  const redirectUrl = hostedAt ?? `${app?.origin}/callback`
  let client: { client_id: string } | undefined
  let tokens: OAuthTokens | undefined
  let discovery: OAuthDiscoveryState | undefined
  let verifier = ''
  let state = ''
  let answer: URLSearchParams | undefined
  let visits = 0
  return {
    redirectUrl,
    clientMetadata: {
      client_name: 'Interoperability check',
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
    clientInformation: () => client,
    saveClientInformation: (information) => {
      client = information
    },
    discoveryState: () => discovery,
    saveDiscoveryState: (saved) => {
      discovery = saved
    },
    tokens: () => tokens,
    saveTokens: (saved) => {
      tokens = saved
    },
    codeVerifier: () => verifier,
    saveCodeVerifier: (saved) => {
      verifier = saved
    },
    state: () => {
      state = randomUUID()
      return state
    },
    async redirectToAuthorization(url) {
      visits += 1
      answer = (await visit(url)).searchParams
    },
    takeAnswer() {
      const taken = answer
      answer = undefined
      if (!taken) throw new Error('the app never sent its person to the browser')
      if (taken.get('state') !== state) throw new Error('the answer belongs to another request')
      return taken
    },
    get visits() {
      return visits
    },
    close: async () => app?.close(),
  }
}
