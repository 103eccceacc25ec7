import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DomainName, resourceUrl } from '@backroom/access'
import type { TestFleet } from '@backroom/fleet-testing'
import { importJWK, type JWK, SignJWT } from 'jose'

/** A token that a service of the fleet gets for calling another one, with the service's own key. */
export async function serviceToken(
  { publicUrl, data }: Pick<TestFleet, 'publicUrl' | 'data'>,
  client: DomainName,
  domain: DomainName,
): Promise<string> {
  const jwk = JSON.parse(await readFile(join(data, 'keys', `${client}.json`), 'utf8')) as JWK
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: jwk.kid ?? '' })
    .setIssuer(client)
    .setSubject(client)
    .setAudience(`${publicUrl}/auth`)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(await importJWK(jwk, 'ES256'))
  const response = await fetch(`${publicUrl}/auth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      resource: resourceUrl(publicUrl, domain),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  })
  if (!response.ok) throw new Error(`no token of ${client} for ${domain}: ${await response.text()}`)
  return ((await response.json()) as { access_token: string }).access_token
}
