import { randomUUID } from 'node:crypto'
import { type DomainName, issuerOf, resourceUrl } from '@backroom/access'
import { type CryptoKey, importJWK, type JWK, SignJWT } from 'jose'
import { unavailable } from '../calls/outcome.ts'

/** How this service proves itself to auth and to other services. */
export interface ServiceIdentity {
  /** Assertion for auth's internal port. */
  internalAssertion(): Promise<string>
  /** Access token for a tool of another domain; cached, renewed at half life. */
  accessToken(callee: DomainName): Promise<string>
}

export interface ServiceIdentityOptions {
  clientId: string
  /** Private key as JWK text. */
  key: string
  publicUrl: string
  /** Origin of auth inside the fleet. */
  authUrl: string
}

const ALGORITHM = 'ES256'

/** Builds the identity of a service from its private key. */
export function serviceIdentity({ clientId, key, publicUrl, authUrl }: ServiceIdentityOptions): ServiceIdentity {
  const jwk = JSON.parse(key) as JWK
  const issuer = issuerOf(publicUrl)
  const tokens = new Map<DomainName, { token: Promise<string>; renewAt: number }>()
  let signingKey: Promise<CryptoKey | Uint8Array> | undefined

  const assertion = async (audience: string): Promise<string> => {
    signingKey ??= importJWK(jwk, ALGORITHM)
    return new SignJWT({})
      .setProtectedHeader({ alg: ALGORITHM, ...(jwk.kid ? { kid: jwk.kid } : {}) })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(audience)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(await signingKey)
  }
  const request = async (callee: DomainName): Promise<{ access_token: string; expires_in: number }> => {
    const answer = await fetch(`${authUrl}/auth/token`, {
      method: 'POST',
      signal: AbortSignal.timeout(5_000),
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertion(issuer),
        resource: resourceUrl(publicUrl, callee),
      }),
    }).catch(() => undefined)
    if (!answer?.ok) throw unavailable(`${clientId} got no token for ${callee}.`)
    return (await answer.json()) as { access_token: string; expires_in: number }
  }
  return {
    internalAssertion: () => assertion(`${issuer}/internal`),
    accessToken(callee) {
      const known = tokens.get(callee)
      if (known && known.renewAt > Date.now()) return known.token
      const entry = { token: Promise.resolve(''), renewAt: Number.POSITIVE_INFINITY }
      entry.token = request(callee).then(
        ({ access_token, expires_in }) => {
          entry.renewAt = Date.now() + (expires_in * 1_000) / 2
          return access_token
        },
        (error) => {
          tokens.delete(callee)
          throw error
        },
      )
      tokens.set(callee, entry)
      return entry.token
    },
  }
}
