import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { MOUNT } from '../provider/create-provider.ts'
import type { Engine } from '../provider/engine.ts'
import { contentSecurityPolicy } from './content-security-policy.ts'

/** Requests a minute from one address. */
interface Route {
  path: string
  methods: HTTPMethods[]
  limit?: number
}

const routes: Route[] = [
  { path: '/authorize', methods: ['GET'], limit: 120 },
  { path: '/authorize/:uid', methods: ['GET'], limit: 120 },
  { path: '/token', methods: ['POST', 'OPTIONS'], limit: 300 },
  { path: '/token/introspection', methods: ['POST', 'OPTIONS'], limit: 300 },
  { path: '/jwks', methods: ['GET', 'OPTIONS'] },
  { path: '/register/:clientId', methods: ['GET', 'PUT', 'DELETE'], limit: 60 },
  { path: '/revoke', methods: ['POST', 'OPTIONS'], limit: 120 },
  { path: '/request', methods: ['POST'], limit: 60 },
  { path: '/session/end', methods: ['GET', 'POST'], limit: 60 },
  { path: '/session/end/confirm', methods: ['POST'], limit: 60 },
  { path: '/session/end/success', methods: ['GET'], limit: 60 },
  { path: '/.well-known/oauth-authorization-server', methods: ['GET', 'OPTIONS'] },
  { path: '/.well-known/openid-configuration', methods: ['GET', 'OPTIONS'] },
]

export interface ProtocolOptions {
  engine: Engine
  publicUrl: string
  /** Multiplies every limit per address. */
  limitFactor: number
  /** Called before a registration; false when no further client can be kept. */
  mayRegister(): Promise<boolean>
}

/** The endpoints of OAuth: one route each, all answered by the engine, which reads the request's own stream. */
export async function protocolRoutes(app: FastifyInstance, options: ProtocolOptions): Promise<void> {
  const { engine, publicUrl, limitFactor } = options
  const forwardAs = forwarder(app, engine, publicUrl)
  const unmounted = forwardAs((request) => request.url.slice(MOUNT.length))
  const limited = (limit?: number) => (limit ? { config: { rateLimit: { max: limit * limitFactor } } } : {})

  for (const { path, methods, limit } of routes) {
    app.route({ url: `${MOUNT}${path}`, method: methods, ...limited(limit), handler: unmounted })
  }
  for (const document of ['oauth-authorization-server', 'openid-configuration']) {
    const url = `/.well-known/${document}`
    app.route({ url: `${url}${MOUNT}`, method: ['GET', 'OPTIONS'], handler: forwardAs(() => url) })
  }

  // The library gives the registration endpoint no CORS, so browser clients could not register.
  app.options(`${MOUNT}/register`, async (_request, reply) =>
    reply
      .headers({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'content-type',
        'access-control-max-age': '3600',
      })
      .code(204)
      .send(),
  )
  app.post(`${MOUNT}/register`, limited(20), async (request, reply) => {
    reply.header('access-control-allow-origin', '*')
    if (await options.mayRegister()) return unmounted(request, reply)
    return reply.code(503).header('retry-after', '60').send({
      error: 'temporarily_unavailable',
      error_description: 'Too many clients are registered. Use a client ID metadata document, or try again later.',
    })
  })

  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error.statusCode === 429) return reply.code(429).send({ error: 'slow_down', error_description: error.message })
    request.log.error({ err: error, request_id: request.id }, 'the engine failed')
    return reply.code(503).header('retry-after', 2).send({ error: 'temporarily_unavailable' })
  })
  app.addHook('onRequest', async (request, reply) => {
    const returnsTo = (request.query as { redirect_uri?: unknown }).redirect_uri
    reply.header(
      'content-security-policy',
      contentSecurityPolicy(typeof returnsTo === 'string' ? returnsTo : undefined),
    )
  })
}

/** The token endpoint alone, on the internal port: without a limit, since all services may share one address. */
export async function serviceTokenRoute(
  app: FastifyInstance,
  { engine, publicUrl }: Pick<ProtocolOptions, 'engine' | 'publicUrl'>,
): Promise<void> {
  const forwardAs = forwarder(app, engine, publicUrl)
  app.post(
    `${MOUNT}/token`,
    forwardAs(() => '/token'),
  )
}

/** Makes handlers that hand a request to the engine under a path of its own; the engine reads the body itself. */
function forwarder(app: FastifyInstance, engine: Engine, publicUrl: string) {
  const { host, protocol } = new URL(publicUrl)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))

  return (path: (request: FastifyRequest) => string) => async (request: FastifyRequest, reply: FastifyReply) => {
    const { raw } = request
    // Published URLs follow the issuer, never what a client says about the host.
    Object.assign(raw.headers, {
      host,
      'x-forwarded-host': host,
      'x-forwarded-proto': protocol.slice(0, -1),
      'x-forwarded-for': request.ip,
    })
    const asSent = raw.url
    Object.assign(raw, { originalUrl: `${MOUNT}${path(request)}`, url: path(request) })
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value)
    reply.hijack()
    await engine.handle(raw, reply.raw)
    Object.assign(raw, { url: asSent })
  }
}
