import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DomainName, issuerOf, resourceUrl } from '@backroom/access'
import { signInForToken } from '@backroom/auth/sign-in'
import type { TestFleet } from '@backroom/fleet-testing'
import { importJWK, SignJWT } from 'jose'
import { DEMO_PASSWORD } from '../sign-in.ts'

type SignedIn = Awaited<ReturnType<typeof signInForToken>> & { refresh_token: string; id_token?: string }

/** Every token that a sign-in of a demo account brings. */
export async function signIn(
  { publicUrl }: TestFleet,
  account: string,
  domain: DomainName,
  scope?: string,
): Promise<SignedIn> {
  const login = { account, password: DEMO_PASSWORD, resource: resourceUrl(publicUrl, domain) }
  return (await signInForToken({ publicUrl, ...login, ...(scope ? { scope } : {}) })) as SignedIn
}

/** What the service `catshop` signs to prove itself. */
export async function serviceAssertion({ data }: TestFleet, audience: string): Promise<string> {
  const { kid, ...key } = JSON.parse(readFileSync(join(data, 'keys', 'catshop.json'), 'utf8'))
  return new SignJWT({ jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid })
    .setIssuer('catshop')
    .setSubject('catshop')
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(await importJWK(key, 'ES256'))
}

/** Access token of the service `catshop` for another domain. */
export async function serviceToken(fleet: TestFleet, domain: DomainName): Promise<string> {
  const issuer = issuerOf(fleet.publicUrl)
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await serviceAssertion(fleet, issuer),
    resource: resourceUrl(fleet.publicUrl, domain),
  })
  return accessTokenIn(await fetch(`${issuer}/token`, { method: 'POST', body }))
}

/** Access token of the storefront's password login. */
export async function passwordLogin({ publicUrl }: TestFleet, email: string): Promise<string> {
  return accessTokenIn(
    await fetch(`${issuerOf(publicUrl)}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: DEMO_PASSWORD }),
    }),
  )
}

async function accessTokenIn(answer: Response): Promise<string> {
  const { access_token } = (await answer.json()) as { access_token?: string }
  if (!access_token) throw new Error(`no access token with status ${answer.status}`)
  return access_token
}
