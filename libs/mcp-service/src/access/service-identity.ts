import { createHash, randomUUID } from 'node:crypto'
import { type DomainName, domains, issuerOf, resourceUrl } from '@backroom/access'
import { type CryptoKey, importJWK, type JWK, SignJWT } from 'jose'
import { z } from 'zod'
import type { CallerProof } from '../caller.ts'
import { unavailable } from '../calls/outcome.ts'
import { BusinessError } from '../errors.ts'
import { tokenCache } from './token-cache.ts'

/** How this service proves itself to auth and to other services. */
export interface ServiceIdentity {
  /** Assertion for auth's internal port. */
  internalAssertion(): Promise<string>
  /**
   * Access token for another domain: this service's own, or, with a proof, one that acts for the caller who gave it.
   * Cached; an own token is renewed at half life, an exchanged one 30 s before it expires.
   *
   * @throws {BusinessError} `unavailable` when auth does not answer, `policy_denied` when it refuses the exchange
   */
  token(callee: DomainName, proof?: CallerProof): Promise<string>
  /** Gets a new token the next time; to be called when the callee did not accept the one it was shown. */
  forget(callee: DomainName, proof?: CallerProof): void
}

export interface ServiceIdentityOptions {
  clientId: DomainName
  /** Private key as JWK text. */
  key: string
  publicUrl: string
  /** Origin of auth's internal port. */
  authInternalUrl: string
}

const ALGORITHM = 'ES256'
const TIMEOUT_MS = 5_000
const MAX_CACHED = 5_000
const SPARE_MS = 30_000

const Granted = z.object({ access_token: z.string(), expires_in: z.number() })
const Refused = z.object({ error_description: z.string().optional() })

/** Builds the identity of a service from its private key. */
export function serviceIdentity({
  clientId,
  key,
  publicUrl,
  authInternalUrl,
}: ServiceIdentityOptions): ServiceIdentity {
  const jwk = JSON.parse(key) as JWK
  const issuer = issuerOf(publicUrl)
  const tokens = tokenCache(MAX_CACHED)
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
  const internalAssertion = () => assertion(`${issuer}/internal`)
  const ask = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${authInternalUrl}${path}`, {
      method: 'POST',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers,
      body: new URLSearchParams(fields),
    }).catch(() => undefined)
  const askForToken = async (fields: Record<string, string>) =>
    ask('/auth/token', {
      ...fields,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion(issuer),
    })
  const exchange = async (resource: string, proof: CallerProof) =>
    'token' in proof
      ? askForToken({
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          subject_token: proof.token,
          subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          resource,
        })
      : ask(
          `/internal/accounts/${encodeURIComponent(proof.account)}/exchange`,
          { resource },
          { authorization: `Bearer ${await internalAssertion()}` },
        )

  const request = async (callee: DomainName, proof?: CallerProof) => {
    const resource = resourceUrl(publicUrl, callee)
    const answer = await (proof
      ? exchange(resource, proof)
      : askForToken({ grant_type: 'client_credentials', resource }))
    if (answer?.status === 400) {
      const what = `${domains[clientId].title} may not ${proof ? 'act for you at' : 'use'} ${domains[callee].title}`
      throw refusal(what, Refused.parse(await answer.json()))
    }
    if (!answer?.ok) throw unavailable(`${domains[clientId].title} got no token for ${domains[callee].title}.`)
    return Granted.parse(await answer.json())
  }
  return {
    internalAssertion,
    token: (callee, proof) =>
      tokens.get(cacheName(callee, proof), async () => {
        const { access_token, expires_in } = await request(callee, proof)
        return { token: access_token, renewAt: Date.now() + (proof ? expires_in * 1_000 - SPARE_MS : expires_in * 500) }
      }),
    forget: (callee, proof) => tokens.forget(cacheName(callee, proof)),
  }
}

/** A token is remembered by its hash alone. */
function cacheName(callee: DomainName, proof: CallerProof | undefined): string {
  if (!proof) return callee
  return `${callee} ${'token' in proof ? createHash('sha256').update(proof.token).digest('base64') : proof.account}`
}

function refusal(what: string, { error_description: reason }: z.output<typeof Refused>) {
  return new BusinessError('policy_denied', `${what}${reason ? `: ${reason}` : ''}.`, {
    nextActions: [{ hint: 'Sign in again, with an account that may do this, and repeat the call.' }],
  })
}
