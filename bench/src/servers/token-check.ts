import { createRemoteJWKSet, jwtVerify } from 'jose'

const CACHED_MS = 30_000

/** A bearer check as a careful author of a small server writes it: verified once, remembered for half a minute. */
export function tokenCheck({ JWKS_URL, ISSUER, AUDIENCE }: NodeJS.ProcessEnv) {
  if (!JWKS_URL || !ISSUER || !AUDIENCE) throw new Error('JWKS_URL, ISSUER and AUDIENCE must be set')
  const keys = createRemoteJWKSet(new URL(JWKS_URL))
  const verified = new Map<string, number>()
  return async (authorization: string | undefined): Promise<boolean> => {
    const token = authorization?.startsWith('Bearer ') ? authorization.slice(7) : undefined
    if (!token) return false
    if ((verified.get(token) ?? 0) > Date.now()) return true
    return jwtVerify(token, keys, { issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'], typ: 'at+jwt' }).then(
      () => verified.set(token, Date.now() + CACHED_MS).has(token),
      () => false,
    )
  }
}
