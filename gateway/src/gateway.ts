import { createHttpServer } from '@backroom/http-server'
import { measure } from '@backroom/telemetry/metrics'
import rateLimit from '@fastify/rate-limit'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hostGuard, originPolicy } from './guards.ts'
import { createOpenExchanges, type DrainWindow } from './open-exchanges.ts'
import { pages } from './pages.ts'
import { asRefusal, type Refusal, RefusedRequest, refuse } from './refusal.ts'
import { authRoutes, domainRoutes } from './routes.ts'
import type { GatewaySettings } from './settings.ts'
import { type FleetStatus, statusReport } from './status.ts'
import { createUpstream, type Upstream, type UpstreamOptions } from './upstream.ts'

/** What tests set otherwise. */
export interface GatewayOptions {
  /** Longest wait for the headers of an answer: longer than any tool runs. Default: 5 minutes. */
  answerTimeoutMs?: number
  /** Default: 5 s for open streams, 15 s for unanswered calls. */
  drainWindow?: DrainWindow
  lookup?: UpstreamOptions['lookup']
}

/** The origin system's body, byte for byte. */
const health = { status: 'healthy', service: 'ecommerce-mcp-server', version: '1.0.0' }
const ANONYMOUS_SHARE = 0.1

/** The public door, ready to listen. It routes by path, limits by address and knows no tool. */
export async function createGateway(settings: GatewaySettings, options: GatewayOptions = {}): Promise<FastifyInstance> {
  const app = createHttpServer({
    name: 'gateway',
    logLevel: settings.logLevel,
    isDoor: true,
    trustProxy: settings.trustedProxies.length > 0 ? [...settings.trustedProxies] : false,
  })
  const exchanges = createOpenExchanges()
  const upstreamOptions = { answerTimeoutMs: options.answerTimeoutMs ?? 300_000, lookup: options.lookup }
  const auth = createUpstream('auth', settings.authUrl, upstreamOptions)
  const domains = new Map(
    [...settings.domainUrls].map(([domain, url]) => [domain, createUpstream(domain, url, upstreamOptions)] as const),
  )

  const routing = {
    auth,
    domains,
    isAllowedOrigin: originPolicy(settings),
    anonymous: limitOfItsOwn(settings.requestsPerMinute * ANONYMOUS_SHARE),
    notifications: limitOfItsOwn(settings.requestsPerMinute),
    forwarding: { publicUrl: new URL(settings.publicUrl), exchanges },
  }

  app.addHook('onRequest', hostGuard(settings))
  await app.register(async (door) => {
    door.setErrorHandler(answerAsRefusal)
    await limitByAddress(door, settings.requestsPerMinute)
    await door.register(domainRoutes(routing))
    await door.register(authRoutes(routing))
    await door.register(ownRoutes(statusReport({ publicUrl: settings.publicUrl, auth, domains })))
    await door.register(pages({ settings, domains: [...domains.keys()] }))
  })
  app.addHook('preClose', () => exchanges.drain(options.drainWindow ?? { streamsMs: 5_000, callsMs: 15_000 }))
  const upstreams = [auth, ...domains.values()]
  const stopMeasuring = measureReplicas(upstreams)
  app.addHook('onClose', async () => {
    stopMeasuring()
    await Promise.all(upstreams.map((upstream) => upstream.close()))
  })
  return app
}

function measureReplicas(upstreams: readonly Upstream[]): () => void {
  return measure({
    name: 'upstream_replicas',
    help: 'Addresses of each server by state: in use, or left out because connections to it fail.',
    labels: ['upstream', 'state'],
    read: () =>
      upstreams.flatMap((upstream) => {
        const { inUse, leftOut } = upstream.replicas()
        return [
          { labels: { upstream: upstream.name, state: 'in_use' }, value: inUse },
          { labels: { upstream: upstream.name, state: 'left_out' }, value: leftOut },
        ]
      }),
  })
}

function ownRoutes(report: () => Promise<FleetStatus>) {
  const unlimited = { config: { rateLimit: false as const } }
  return async (app: FastifyInstance) => {
    app.get('/health', unlimited, () => health)
    app.get('/ready', unlimited, () => ({ status: 'ready' }))
    app.get('/status', (_request, reply) => {
      reply.header('cache-control', 'no-store')
      return report()
    })
  }
}

function answerAsRefusal(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = asRefusal(error, request.id)
  if (refusal.status === 500) request.log.error({ err: error, request_id: request.id }, 'request failed')
  return refuse(request, reply, refusal)
}

async function limitByAddress(app: FastifyInstance, requestsPerMinute: number): Promise<void> {
  if (requestsPerMinute === 0) return
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: '1 minute',
    cache: 20_000,
    addHeaders: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    errorResponseBuilder: (_request, { ttl }) => new RefusedRequest(tooMany(Math.ceil(ttl / 1000))),
  })
}

const tooMany = (seconds: number): Refusal => ({
  status: 429,
  error: 'too_many_requests',
  message: `Too many requests from your address. Wait ${seconds} seconds, then go on more slowly.`,
  retryAfter: seconds,
})

/** Counted apart from the other requests of an address. */
function limitOfItsOwn(requestsPerMinute: number) {
  return requestsPerMinute === 0 ? {} : { rateLimit: { max: Math.ceil(requestsPerMinute) } }
}
