import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DomainName, resourceUrl } from '@backroom/access'
import { freePort, type TestDatabase, testDatabase } from '@backroom/fleet-testing'
import type { FastifyInstance } from 'fastify'
import { SignJWT } from 'jose'
import { DEMO_PASSWORD } from '../src/accounts/demo-accounts.ts'
import { signInForToken } from '../src/commands/code-flow.ts'
import { createAuthKeys, createSigningKey, type SigningKey, writeAuthKeys } from '../src/keys.ts'
import { type AuthOptions, createAuthServer } from '../src/server.ts'

/** An authorization server of its own, on a real database, listening on loopback. */
export interface AuthUnderTest {
  publicUrl: string
  issuer: string
  internalUrl: string
  database: TestDatabase
  authKeysFile: string
  /** What it was made from, for another one on the same database. */
  options: AuthOptions
  /** Private key of the service clients `catshop` and `oms`. */
  serviceKey: SigningKey
  resource(domain: DomainName): string
  /** Signs in through the pages. */
  token(account: string, domain: DomainName, scope?: string): ReturnType<typeof signInForToken>
  /** Posts a form to an endpoint below `/auth`. */
  form(path: string, fields: Record<string, string>): Promise<Response>
  stop(): Promise<void>
}

type Changes = Partial<Pick<AuthOptions, 'profile' | 'limitFactor' | 'fetchDocument'>> & {
  /** Adds routes before the server listens. */
  prepare?: (app: FastifyInstance, publicUrl: string) => void
}

/** Starts it; without changes in the demo profile and with limits too high to matter. */
export async function startAuth({ prepare, ...changes }: Changes = {}): Promise<AuthUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'backroom-auth-'))
  const [database, port, serviceKey] = await Promise.all([migratedDatabase(), freePort(), createSigningKey()])
  const authKeysFile = join(folder, 'auth.json')
  const serviceKeysFile = join(folder, 'service-keys.json')
  await writeAuthKeys(authKeysFile, await createAuthKeys())
  await writeFile(serviceKeysFile, JSON.stringify({ catshop: publicPart(serviceKey), oms: publicPart(serviceKey) }))
  const publicUrl = `http://localhost:${port}`
  const options: AuthOptions = {
    publicUrl,
    profile: 'demo',
    databaseUrl: database.url,
    authKeysFile,
    serviceKeysFile,
    logLevel: 'silent',
    limitFactor: 10_000,
    ...changes,
  }
  const { app, internal } = await createAuthServer(options)
  prepare?.(app, publicUrl)
  await app.listen({ host: '127.0.0.1', port })
  const internalUrl = await internal.listen({ host: '127.0.0.1', port: 0 })
  const resource = (domain: DomainName) => resourceUrl(publicUrl, domain)
  return {
    publicUrl,
    issuer: `${publicUrl}/auth`,
    internalUrl,
    database,
    authKeysFile,
    options,
    serviceKey,
    resource,
    token: (account, domain, scope) =>
      signInForToken({
        publicUrl,
        account,
        password: DEMO_PASSWORD,
        resource: resource(domain),
        ...(scope ? { scope } : {}),
      }),
    form: (path, fields) => fetch(`${publicUrl}/auth${path}`, { method: 'POST', body: new URLSearchParams(fields) }),
    async stop() {
      await app.close()
      await database.drop()
      await rm(folder, { recursive: true })
    },
  }
}

/** An empty database with the tables of auth. */
export function migratedDatabase(): Promise<TestDatabase> {
  const pathOf = (folder: string) => new URL(folder, import.meta.url).pathname
  const folders = [
    { prefix: 'auth', path: pathOf('../migrations') },
    { prefix: 'trail', path: pathOf('../../libs/audit/migrations') },
  ]
  return testDatabase({ schema: 'auth', folders })
}

/** A signature by which a service proves itself. */
export function assertion(
  { kid, ...key }: SigningKey,
  claims: { sub: string; aud: string; iss?: string; lifetime?: number },
): Promise<string> {
  return new SignJWT({ jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid })
    .setIssuer(claims.iss ?? claims.sub)
    .setSubject(claims.sub)
    .setAudience(claims.aud)
    .setIssuedAt()
    .setExpirationTime(`${claims.lifetime ?? 60}s`)
    .sign(key)
}

/** The claims of a token, not verified. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

function publicPart({ d: _, ...key }: SigningKey): Omit<SigningKey, 'd'> {
  return key
}
