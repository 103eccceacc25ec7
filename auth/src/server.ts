import { headFolder, lastHead, type Sealer, signHead, startSealer } from '@backroom/audit'
import { ConfigurationError } from '@backroom/configuration'
import { type Connection, connect } from '@backroom/database'
import { createHttpServer } from '@backroom/http-server'
import { sharedStore } from '@backroom/rate-limit'
import formbody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { hasDemoAccounts } from './accounts/accounts.ts'
import { seedDemoAccounts } from './accounts/demo-accounts.ts'
import { createPasswords } from './accounts/passwords.ts'
import { createSignIn } from './accounts/sign-in.ts'
import { createApprovalDomains, type DomainAddresses } from './approvals/domains.ts'
import { createAuditLog } from './audit.ts'
import type { AuthTables } from './database-tables.ts'
import { readAuthKeys } from './keys.ts'
import { createSessionCookie } from './page-session/cookie.ts'
import { ownPages } from './page-session/own-pages.ts'
import { createPageSessions } from './page-session/page-sessions.ts'
import { createPages } from './pages.ts'
import { MOUNT } from './provider/create-provider.ts'
import { createEngine, type Engine } from './provider/engine.ts'
import { createDocumentGuard, type FetchDocument } from './provider/metadata-documents.ts'
import { demoLoginRoutes } from './routes/demo-login.ts'
import { interactionRoutes } from './routes/interaction.ts'
import { internalRoutes } from './routes/internal.ts'
import { protocolRoutes, serviceTokenRoute } from './routes/protocol.ts'
import { seedDemoSecondFactors } from './second-factor/demo.ts'
import { createSecondFactors } from './second-factor/second-factors.ts'
import { forgetIdleClients, sweep } from './sweep.ts'

export interface AuthOptions {
  publicUrl: string
  profile: 'demo' | 'production'
  databaseUrl: string
  /** Postgres schema of auth. Default: `auth`. */
  schema?: string
  authKeysFile: string
  serviceKeysFile: string
  /** The domains of this fleet, whose approval requests are decided here. Default: none. */
  domains?: DomainAddresses
  logLevel: string
  /** Folder for the signed end of the audit chain. */
  auditHeads?: string
  /** Multiplies the limits per address. Default: 1 in production, 10 in the demo profile. */
  limitFactor?: number
  /** Fetches client ID metadata documents. Default: the platform's `fetch`. */
  fetchDocument?: FetchDocument
}

/** The two servers of the authorization process; nothing listens yet. */
export interface AuthServer {
  /** Behind the gateway: `/auth/*` and the path-inserted metadata. */
  app: FastifyInstance
  /** For the services of the fleet only. */
  internal: FastifyInstance
}

const SWEEP_MS = 60_000
const MAX_REGISTERED_CLIENTS = 10_000
const HOUR = 3600

/**
 * Builds the authorization server. In the demo profile the demo accounts are created.
 *
 * @throws {ConfigurationError} when a key file is unusable, or when demo accounts exist outside the demo profile
 */
export async function createAuthServer(options: AuthOptions): Promise<AuthServer> {
  const isDemo = options.profile === 'demo'
  const app = createHttpServer({
    name: 'auth',
    logLevel: options.logLevel,
    bodyLimit: 64 * 1024,
    trustProxy: ['loopback', 'linklocal', 'uniquelocal'],
  })
  const connection = connect<AuthTables>(options.databaseUrl, {
    schema: options.schema ?? 'auth',
    poolSize: 16,
    onError: (error) => app.log.warn({ err: error }, 'database connection lost'),
  })
  const { db } = connection
  const passwords = await createPasswords(readAuthKeys(options.authKeysFile).pepper)
  if (isDemo) await seedDemoAccounts(db, passwords)
  else await refuseDemoAccounts(connection)

  const pages = createPages(MOUNT)
  const audit = createAuditLog(db)
  const signIn = createSignIn(db, passwords, audit)
  const onReuse = (gid: string | undefined) => app.log.info({ gid }, 'refresh token reused within the window')
  const { publicUrl } = options
  const limitFactor = options.limitFactor ?? (isDemo ? 10 : 1)
  const documents = createDocumentGuard(options.fetchDocument, limitFactor)
  const engine = createEngine(options, { publicUrl, isDemo, db, pages, documents, onReuse }, app.log)

  await app.register(helmet, {
    contentSecurityPolicy: false,
    // A host may open the sign-in in a popup and wait for it to come back.
    crossOriginOpenerPolicy: false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  })
  const store = sharedStore(db, 'requests', (error) =>
    app.log.warn({ err: error }, 'requests are counted by this replica alone'),
  )
  await app.register(rateLimit, { global: false, max: 600, timeWindow: 60_000, store })
  await app.register(formbody)
  probes(app, engine, connection)
  for (const { path, type, body } of pages.assets)
    app.get(path, (_request, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=31536000, immutable').send(body),
    )
  await app.register(protocolRoutes, { engine, publicUrl, limitFactor, mayRegister: () => mayRegister(connection) })
  const pepper = readAuthKeys(options.authKeysFile).pepper
  const secondFactors = createSecondFactors(db, { pepper, publicUrl })
  if (isDemo) await seedDemoSecondFactors(secondFactors)
  const sessions = createPageSessions(db)
  const cookie = createSessionCookie(publicUrl)
  const approvals = createApprovalDomains(engine, options.domains ?? {})
  const own = { publicUrl, isDemo, limitFactor, pages, sessions, cookie, signIn, secondFactors }
  await app.register(ownPages, { ...own, engine, approvals, audit })
  await app.register(interactionRoutes, { engine, publicUrl, isDemo, limitFactor, pages, signIn, audit })
  if (isDemo) await app.register(demoLoginRoutes, { engine, publicUrl, signIn, audit })

  const internal = createHttpServer({ name: 'auth', logLevel: options.logLevel, quietPaths: ['/internal/'] })
  await internal.register(internalRoutes, { engine, audit })
  await internal.register(serviceTokenRoute, { engine, publicUrl })

  const sealer = sealTrail(engine, options.auditHeads, app.log)
  const sweeping = setInterval(
    () => sweep(db).catch((error) => app.log.warn({ err: error }, 'sweeping failed; it is tried again')),
    SWEEP_MS,
  ).unref()
  app.addHook('onClose', async () => {
    clearInterval(sweeping)
    engine.close()
    await internal.close()
    await sealer.stop()
    await connection.close()
  })
  return { app, internal }
}

/** Seals the trail of auth; the end of its chain is signed with the key that signs tokens. */
function sealTrail(engine: Engine, folder: string | undefined, log: FastifyInstance['log']): Sealer {
  const heads = folder ? headFolder(folder) : undefined
  return startSealer({
    db: engine.parts.db,
    keep: async (end) => {
      const [key] = engine.parts.keys.signing
      if (key) await heads?.write('auth', await signHead('auth', end, key))
    },
    last: async () => heads && lastHead(heads, 'auth', engine.parts.keys.signing),
    onError: (error) => log.error({ err: error }, 'the end of the audit trail was not signed'),
  })
}

async function refuseDemoAccounts({ db, close }: Connection<AuthTables>): Promise<void> {
  if (!(await hasDemoAccounts(db))) return
  await close()
  throw new ConfigurationError(
    'This database holds the demo accounts, whose password is public. Use an empty database, or delete them: ' +
      'delete from auth.account where is_demo;',
  )
}

function probes(app: FastifyInstance, engine: Engine, { db }: Connection<AuthTables>): void {
  app.get('/health', async () => ({ status: 'ok' }))
  app.get('/ready', async (_request, reply) => {
    const keys = engine.parts.keys.signing.length
    const isReady = await sql`select 1 from account limit 1`.execute(db).then(
      () => keys > 0,
      () => false,
    )
    if (isReady) return { status: 'ready' }
    return reply.code(503).header('retry-after', 2).send({ status: 'waiting', reason: 'The database does not answer.' })
  })
}

/** Makes room by forgetting registrations that nobody ever used; a used one is never lost to make room. */
async function mayRegister({ db }: Connection<AuthTables>): Promise<boolean> {
  const count = async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from provider_record where model = 'Client' and not payload ? 'mcp_profile'`.execute(
      db,
    )
    return rows[0]?.count ?? 0
  }
  if ((await count()) < MAX_REGISTERED_CLIENTS) return true
  await forgetIdleClients(db, HOUR)
  return (await count()) < MAX_REGISTERED_CLIENTS
}
