import { type DomainName, domainNames, resourceUrl, scopesOf } from '@backroom/access'
import { openBrowser } from '@backroom/auth/form-browser'
import { SignInFailed, signInForToken } from '@backroom/auth/sign-in'
import type { TestFleet } from './start-fleet.ts'

/** Who signs in, and through which client. */
export interface Visitor {
  /** Email or username. */
  account: string
  clientId: string
  redirectUri: string
}

const DEMO_PASSWORD = 'Demo123!'

/**
 * Signs in once, in one browser session, and asks through one client for all that people may have at every server. The
 * answer has a token for each server where role and client have something in common.
 */
export async function signInEverywhere(
  { publicUrl }: Pick<TestFleet, 'publicUrl'>,
  { account, clientId, redirectUri }: Visitor,
): Promise<Partial<Record<DomainName, string>>> {
  const browser = openBrowser((url) => url.href.startsWith(redirectUri))
  const who = { publicUrl, account, password: DEMO_PASSWORD, clientId, redirectUri, browser }
  const tokens: Partial<Record<DomainName, string>> = {}
  for (const domain of domainNames) {
    const scope = [...scopesOf(domain, 'working'), ...scopesOf(domain, 'restricted')].join(' ')
    const token = await signInForToken({ ...who, resource: resourceUrl(publicUrl, domain), scope }).catch(unlessRefused)
    if (token) tokens[domain] = token.access_token
  }
  return tokens
}

function unlessRefused(error: unknown): undefined {
  if (!(error instanceof SignInFailed)) throw error
}
