import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** Issues real tokens with real keys, as auth would, where a test needs control over every claim. */
export interface SigningAuthority {
  url: string
  /** Signs claims over the defaults of a valid token; `undefined` removes a claim. */
  sign(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
  /** Publishes revocations to the services that poll. */
  revoke(kind: 'gid' | 'jti' | 'sub' | 'client_id', id: string): void
  /** The authority's own private key as JWK text, for a service under test and for forgers. */
  serviceKey: string
  close(): Promise<void>
}

export const PUBLIC_URL = 'http://localhost:8000'
export const ISSUER = `${PUBLIC_URL}/auth`
export const AUDIENCE = `${PUBLIC_URL}/wms/mcp`

/** Starts an authority on loopback. */
export async function signingAuthority(): Promise<SigningAuthority> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const kid = randomUUID()
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] }
  const entries: { seq: number; kind: string; id: string; until: number }[] = []
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    if (request.url === '/auth/jwks') return response.end(JSON.stringify(keys))
    const since = Number(new URL(request.url ?? '/', 'http://loopback').searchParams.get('since'))
    return response.end(JSON.stringify({ entries: entries.filter(({ seq }) => seq > since), next: entries.length }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    sign(claims, header = {}) {
      const now = Math.floor(Date.now() / 1_000)
      const complete = {
        iss: ISSUER,
        aud: AUDIENCE,
        sub: 'staff-ops',
        client_id: 'test',
        scope: 'wms:read',
        gid: 'grant-1',
        jti: randomUUID(),
        iat: now,
        exp: now + 300,
        ...claims,
      }
      return new SignJWT(JSON.parse(JSON.stringify(complete)))
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header })
        .sign(privateKey)
    },
    revoke: (kind, id) =>
      void entries.push({ seq: entries.length + 1, kind, id, until: Math.floor(Date.now() / 1_000) + 900 }),
    serviceKey: JSON.stringify({ ...(await exportJWK(privateKey)), kid }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
