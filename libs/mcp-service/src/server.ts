import { domains, issuerOf, resourceUrl } from '@backroom/access'
import type { Connection } from '@backroom/database'
import { createHttpServer } from '@backroom/http-server'
import { sharedStore, sweepLimits } from '@backroom/rate-limit'
import { measure, mountMetrics } from '@backroom/telemetry/metrics'
import fastifyRateLimit from '@fastify/rate-limit'
import fastifySwagger from '@fastify/swagger'
import fastifySwaggerUi from '@fastify/swagger-ui'
import { preloadSchemas } from '@modelcontextprotocol/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Authenticator, authenticator } from './access/authenticate.ts'
import { resourceMetadata } from './access/challenge.ts'
import { pollDenyList } from './access/deny-list.ts'
import { liveGrantGuard } from './access/live-grant.ts'
import { originGuard } from './access/origin.ts'
import { tokenVerifier } from './access/tokens.ts'
import { expireRequests } from './approvals/expiry.ts'
import { decisionRoutes } from './approvals/internal-routes.ts'
import { measureRequests } from './approvals/measure-requests.ts'
import { sealTrail } from './audit/trail.ts'
import { sweepUsage } from './calls/daily-limit.ts'
import { sweepExpiredKeys } from './calls/idempotency.ts'
import { createRuntime, identityOf } from './create-runtime.ts'
import { bodyGuard } from './http/body-guard.ts'
import type { Hook } from './http/request.ts'
import { authorizer } from './mcp/authorize.ts'
import { mountEndpoint } from './mcp/endpoint.ts'
import { parameterHeaderCheck } from './mcp/parameter-headers.ts'
import type { Extend } from './mcp/sdk-server.ts'
import { fullView, publicView } from './mcp/view.ts'
import { openApiDocument } from './rest/openapi.ts'
import { mountRest } from './rest/rest.ts'
import type { Runtime } from './runtime.ts'
import type { Service } from './service.ts'
import type { ServiceSettings } from './settings.ts'

/** A domain server, built and not yet listening. */
export interface ServiceServer {
  app: FastifyInstance
  /** For the internal port, which the gateway does not know. */
  internal: FastifyInstance
  runtime: Runtime
  // biome-ignore lint/suspicious/noExplicitAny: the tables are the domain's own.
  connection: Connection<any>
}

export interface ServerOptions {
  /** Answer plain calls without the SDK. Default: true; false only to compare both in a test. */
  direct?: boolean
  /** Changes what the SDK server answers; only the conformance fixture does. */
  extend?: Extend
}

const SWEEP_MS = 60_000

/** Callers are told when they exceed their limit; counting down on every answer would cost more than it tells. */
const noCountdown = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false }

/** Builds the HTTP server of a domain: MCP, REST, metadata, probes. Everything that can be prepared is prepared here. */
export async function createServiceServer(
  service: Service,
  settings: ServiceSettings,
  options: ServerOptions = {},
): Promise<ServiceServer> {
  preloadSchemas()
  const { domain } = service
  const app = createHttpServer({ name: domain, logLevel: settings.LOG_LEVEL, trustProxy: 'loopback, uniquelocal' })
  const { runtime, connection } = createRuntime(service, settings, app)
  const identity = identityOf(domain, settings)
  const denyList = pollDenyList(settings.AUTH_INTERNAL_URL, identity.internalAssertion, app.log)
  const stopMeasuring = [
    measureRequests(runtime.db, domain),
    measure({
      name: 'revocations_age_seconds',
      help: 'Time since this process last heard from auth which tokens are withdrawn.',
      labels: ['domain'],
      read: () => [{ labels: { domain }, value: denyList.ageMs() / 1_000 }],
    }),
  ]
  const tokens = tokenVerifier({
    jwksUrl: `${settings.AUTH_URL}/auth/jwks`,
    issuer: issuerOf(settings.PUBLIC_URL),
    audience: resourceUrl(settings.PUBLIC_URL, domain),
    denyList,
  })
  void tokens.load()
  await app.register(fastifyRateLimit, {
    global: false,
    addHeadersOnExceeding: noCountdown,
    store: sharedStore(runtime.db, 'calls', (error) =>
      app.log.warn({ err: error }, 'calls are counted by this replica alone'),
    ),
  })
  app.decorateRequest('caller', undefined)
  app.decorateRequest('tokenExpiresAt', undefined)
  mountProbes(app, connection, tokens)
  mountMetadata(app, service, settings)
  await mountDocumentation(app, runtime, settings)
  const access = authenticator(settings.PUBLIC_URL, domain, tokens)
  const grants = domains[domain].asksBeforeChanges
    ? [liveGrantGuard(runtime.tools, settings.AUTH_INTERNAL_URL, identity.internalAssertion, access)]
    : []
  mountFronts(app, runtime, settings, { ...options, access, grants })
  const internal = createHttpServer({ name: domain, logLevel: settings.LOG_LEVEL })
  mountMetrics(internal, domain)
  decisionRoutes(internal, { runtime, keys: tokens.keys, denyList })

  const stopExpiring = expireRequests(runtime)
  const sealer = sealTrail(domain, settings, runtime.db, app.log)
  const sweep = setInterval(() => void tidy(runtime.db).catch(() => undefined), SWEEP_MS)
  sweep.unref()
  app.addHook('onClose', async () => {
    clearInterval(sweep)
    stopExpiring()
    await internal.close()
    tokens.close()
    denyList.close()
    for (const stop of stopMeasuring) stop()
    await runtime.refusals.settle()
    await sealer.stop()
    await runtime.changes.close()
    await connection.close()
  })
  return { app, internal, runtime, connection }
}

/** Deletes what no call needs any more. */
async function tidy(db: Runtime['db']): Promise<void> {
  await sweepExpiredKeys(db)
  await sweepUsage(db)
  await sweepLimits(db)
}

type Tokens = ReturnType<typeof tokenVerifier>

function mountProbes(app: FastifyInstance, { pool }: Pick<ServiceServer['connection'], 'pool'>, tokens: Tokens): void {
  app.get('/health', async () => ({ status: 'healthy' }))
  app.get('/ready', async (_, reply) => {
    const database = await pool.query('select 1').then(
      () => true,
      () => false,
    )
    const keys = tokens.ready() || (await tokens.load())
    return reply
      .code(database && keys ? 200 : 503)
      .send({ status: database && keys ? 'ready' : 'not_ready', database, keys })
  })
}

function mountMetadata(app: FastifyInstance, { domain }: Service, { PUBLIC_URL }: ServiceSettings): void {
  const document = resourceMetadata(PUBLIC_URL, domain)
  app.get(`/.well-known/oauth-protected-resource/${domain}/mcp`, async (_, reply) =>
    reply.header('access-control-allow-origin', '*').header('cache-control', 'public, max-age=300').send(document),
  )
}

async function mountDocumentation(
  app: FastifyInstance,
  runtime: Runtime,
  { PUBLIC_URL }: ServiceSettings,
): Promise<void> {
  const document = openApiDocument(runtime, PUBLIC_URL)
  app.get(`/${runtime.service.domain}/openapi.json`, async () => document)
  await app.register(async (docs) => {
    await docs.register(fastifySwagger, { mode: 'static', specification: { document: document as never } })
    await docs.register(fastifySwaggerUi, { routePrefix: `/${runtime.service.domain}/docs`, staticCSP: true })
  })
}

interface FrontOptions extends ServerOptions {
  access: Authenticator
  /** Checks of what a token came from, before a change. */
  grants: Hook[]
}

function mountFronts(
  app: FastifyInstance,
  runtime: Runtime,
  settings: ServiceSettings,
  { access: { authenticate, askForToken }, grants, direct = true, extend }: FrontOptions,
): void {
  const { PUBLIC_URL, CALLS_PER_MINUTE } = settings
  const { domain } = runtime.service
  const guard = originGuard(PUBLIC_URL, [domain])
  const limit = app.rateLimit({
    max: CALLS_PER_MINUTE,
    timeWindow: '1 minute',
    // A process engine calls as often as its processes need; the limit is for people and agents.
    allowList: ({ caller }) => caller?.kind === 'service',
    keyGenerator: ({ caller, ip }) => (caller ? `${caller.subject}|${caller.clientId}` : ip),
    errorResponseBuilder: (_, { after, ttl }) => ({
      statusCode: 429,
      error: 'limit_exceeded',
      message: `Too many calls. Try again in ${after}.`,
      retryAfter: Math.ceil(ttl / 1_000),
    }),
  }) as unknown as Hook
  const requireToken = async (request: FastifyRequest, reply: FastifyReply) => {
    const outcome = await authenticate(request, reply)
    if (outcome === 'anonymous') askForToken(reply)
    if (outcome !== 'authenticated') return reply
  }
  const full = fullView(runtime)
  app.register(async (scope) =>
    mountEndpoint(scope, {
      path: `/${domain}/mcp`,
      view: full,
      direct,
      extend,
      onRequest: [guard, requireToken],
      preHandler: [bodyGuard, authorizer(PUBLIC_URL, full), ...grants, parameterHeaderCheck(full), limit],
    }),
  )
  app.register(async (scope) =>
    mountRest(scope, {
      runtime,
      publicUrl: PUBLIC_URL,
      onRequest: [guard],
      authenticate: async (request, reply, required) => {
        const outcome = await authenticate(request, reply)
        if (outcome === 'anonymous' && required) askForToken(reply)
        return outcome === 'authenticated' || (outcome === 'anonymous' && !required)
      },
      preHandler: [bodyGuard, ...grants, limit],
    }),
  )
  const open = publicView(runtime)
  if (open.tools.size === 0) return
  app.register(async (scope) =>
    mountEndpoint(scope, {
      path: `/${domain}/public/mcp`,
      view: open,
      direct,
      onRequest: [guard],
      preHandler: [bodyGuard, limit],
    }),
  )
}
