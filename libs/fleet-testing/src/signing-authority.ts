import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { AUDIENCE, ISSUER, LIFETIME_S } from './issuer.ts'
import { tokenEndpoint } from './token-endpoint.ts'

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

/** Starts an authority on loopback; services get tokens for each other from it as from auth. */
export async function signingAuthority(): Promise<SigningAuthority> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const kid = randomUUID()
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] }
  const entries: { seq: number; kind: string; id: string; until: number }[] = []
  const sign: SigningAuthority['sign'] = (claims, header = {}) => {
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
      exp: now + LIFETIME_S,
      ...claims,
    }
    return new SignJWT(JSON.parse(JSON.stringify(complete)))
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header })
      .sign(privateKey)
  }
  const issue = tokenEndpoint(publicKey, sign)
  const answer = async (request: IncomingMessage) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://loopback')
    if (pathname === '/auth/jwks') return keys
    if (pathname === '/auth/token') return issue(new URLSearchParams(await text(request)))
    if (pathname.startsWith('/internal/grants/')) {
      const gid = decodeURIComponent(pathname.slice('/internal/grants/'.length))
      return { live: !entries.some(({ kind, id }) => kind === 'gid' && id === gid) }
    }
    const since = Number(searchParams.get('since'))
    return { entries: entries.filter(({ seq }) => seq > since), next: entries.length }
  }
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json')
    try {
      response.end(JSON.stringify(await answer(request)))
    } catch (error) {
      response.writeHead(400).end(JSON.stringify({ error: 'invalid_request', error_description: String(error) }))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    sign,
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
