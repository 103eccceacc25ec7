import { randomBytes } from 'node:crypto'
import {
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import type { SignIn } from './arguments.ts'
import { showToPerson } from './browser.ts'
import { openCallback } from './callback.ts'
import { fillInPages } from './fill-in-pages.ts'
import { SignInFailed } from './sign-in-failed.ts'

/** What a transport takes to authenticate its requests. */
export type Credentials = OAuthClientProvider | { token(): Promise<string> }

/** Client registered beforehand with every auth of the fleet. */
const CLIENT_ID = 'probe'

/**
 * Signs in for one server: discovery, authorization code with PKCE, token; all by the SDK's own OAuth client.
 *
 * @throws {SignInFailed}
 */
export async function signIn(server: URL, how: SignIn, say: (line: string) => void): Promise<Credentials> {
  if (how.by === 'token') return { token: async () => how.token }
  await using callback = await openCallback()
  const state = randomBytes(16).toString('base64url')
  let authorizationUrl: URL | undefined
  const provider = oauthClient(callback.url, state, (url) => {
    authorizationUrl = url
  })
  const transport = new StreamableHTTPClientTransport(server, { authProvider: provider })
  try {
    await challenge(transport)
    if (!authorizationUrl) throw new SignInFailed(`${server} asked for no sign-in.`)
    const answer =
      how.by === 'password'
        ? await fillInPages(authorizationUrl, how, callback.url)
        : await showToPerson(authorizationUrl, callback, say)
    checkAnswer(answer, state)
    await transport.finishAuth(answer)
  } finally {
    await transport.close()
  }
  return provider
}

/** One request without a token: its 401 makes the SDK discover auth and call `redirectToAuthorization`. */
async function challenge(transport: StreamableHTTPClientTransport): Promise<void> {
  await transport.start()
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' } as const
  await transport.send(ping).catch((error: Error) => {
    if (!(error instanceof UnauthorizedError)) throw error
  })
}

function checkAnswer(answer: URLSearchParams, state: string): void {
  if (answer.get('state') !== state) throw new SignInFailed('The answer of the sign-in belongs to another request.')
  const refusal = answer.get('error_description') ?? answer.get('error')
  if (refusal) throw new SignInFailed(`Access was refused: ${refusal}.`)
}

function oauthClient(
  redirectUrl: string,
  state: string,
  redirectToAuthorization: (url: URL) => void,
): OAuthClientProvider {
  let tokens: StoredOAuthTokens | undefined
  let verifier = ''
  let discovered: OAuthDiscoveryState | undefined
  return {
    redirectUrl,
    clientMetadata: { client_name: 'Backroom probe', redirect_uris: [redirectUrl] },
    clientInformation: () => ({ client_id: CLIENT_ID }),
    state: () => state,
    tokens: () => tokens,
    saveTokens(saved) {
      tokens = saved
    },
    redirectToAuthorization,
    saveCodeVerifier(saved) {
      verifier = saved
    },
    codeVerifier: () => verifier,
    saveDiscoveryState(saved) {
      discovered = saved
    },
    discoveryState: () => discovered,
  }
}
