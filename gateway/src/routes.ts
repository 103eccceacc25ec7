import type { DomainName } from '@backroom/access'
import cors from '@fastify/cors'
import type { FastifyContextConfig, FastifyInstance } from 'fastify'
import { crossOriginRules } from './cross-origin.ts'
import { type Forwarding, forwardTo } from './forward.ts'
import { noQuery, originGuard } from './guards.ts'
import type { Upstream } from './upstream.ts'

/** The upstreams of the public paths and what applies to all of them. */
export interface Routing {
  auth: Upstream
  domains: ReadonlyMap<DomainName, Upstream>
  isAllowedOrigin: (origin: string) => boolean
  /** Settings of routes that anyone may call without a token. */
  anonymous: FastifyContextConfig
  /** Settings of routes where a provider or carrier delivers many notifications from one address. */
  notifications: FastifyContextConfig
  forwarding: Pick<Forwarding, 'publicUrl' | 'exchanges'>
}

/** Paths of the domains and of the store; prefixes are kept. What is not listed here does not exist outside. */
export function domainRoutes({ domains, isAllowedOrigin, anonymous, notifications, forwarding }: Routing) {
  return async (app: FastifyInstance) => {
    passBodiesUntouched(app)
    await app.register(cors, { delegator: crossOriginRules(isAllowedOrigin) })
    const fromPages = originGuard(isAllowedOrigin)

    for (const [domain, upstream] of domains) {
      const handler = forwardTo({ ...forwarding, upstream, passCookies: false })
      const mcp = (url: string, config: FastifyContextConfig = {}) =>
        app.route({
          method: ['GET', 'POST', 'DELETE'],
          url,
          exposeHeadRoute: false,
          config: { ...config, jsonRpc: true },
          onRequest: [fromPages, noQuery],
          handler,
        })

      mcp(`/${domain}/mcp`)
      app.post(`/${domain}/tools/:name`, { onRequest: fromPages }, handler)
      app.get(`/${domain}/openapi.json`, handler)
      app.get(`/${domain}/docs`, handler)
      app.get(`/${domain}/docs/*`, handler)
      app.get(`/.well-known/oauth-protected-resource/${domain}/mcp`, handler)
      if (domain === 'catshop') {
        mcp('/catshop/public/mcp', anonymous)
        const inCatshop = forwardTo({ ...forwarding, upstream, passCookies: false, pathPrefix: '/catshop' })
        app.post('/tools/:name', { onRequest: fromPages }, inCatshop)
      }
      if (domain === 'payments') {
        app.post('/payments/webhooks/:provider', { config: notifications }, handler)
        app.route({ method: ['GET', 'POST'], url: '/payments/authenticate/:intent', handler })
      }
      if (domain === 'tms') app.post('/tms/webhooks/:carrier', { config: notifications }, handler)
    }
  }
}

/** Paths of auth, which checks the origin of its own pages. It alone gets cookies. */
export function authRoutes({ auth, forwarding }: Routing) {
  return async (app: FastifyInstance) => {
    passBodiesUntouched(app)
    const handler = forwardTo({ ...forwarding, upstream: auth, passCookies: true })
    app.route({ method: ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'], url: '/auth/*', handler })
    for (const document of ['oauth-authorization-server', 'openid-configuration']) {
      app.route({ method: ['GET', 'OPTIONS'], url: `/.well-known/${document}/auth`, handler })
    }
  }
}

/** Bodies are read as they are and never parsed: what was sent, large integers and signed bytes too, is passed on. */
function passBodiesUntouched(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}
