import type { FastifyCorsOptions, FastifyCorsOptionsDelegateCallback } from '@fastify/cors'

const requestHeaders = [
  'Authorization',
  'Content-Type',
  'Accept',
  'MCP-Protocol-Version',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Session-Id',
  'Last-Event-ID',
  'Idempotency-Key',
  'traceparent',
  'tracestate',
]
const responseHeaders = ['WWW-Authenticate', 'Retry-After', 'X-Request-Id', 'Mcp-Session-Id', 'Idempotent-Replayed']
const parameterHeader = /^mcp-param-[\w-]+$/i
const PREFLIGHT_SECONDS = 600

/**
 * What a browser may let pages of other origins do: read public metadata from anywhere; call the domains from allowed
 * origins, without cookies.
 */
export function crossOriginRules(isAllowed: (origin: string) => boolean): FastifyCorsOptionsDelegateCallback {
  return ({ url, headers }, done) => {
    const { origin } = headers
    if (url.startsWith('/.well-known/')) return done(null, rules('*', headers['access-control-request-headers']))
    if (origin === undefined || !isAllowed(origin)) return done(null, { origin: false })
    return done(null, rules(origin, headers['access-control-request-headers']))
  }
}

function rules(origin: string, requested: string | undefined): FastifyCorsOptions {
  const parameters =
    requested
      ?.split(',')
      .map((name) => name.trim())
      .filter((name) => parameterHeader.test(name)) ?? []
  return {
    origin,
    methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: [...requestHeaders, ...parameters],
    exposedHeaders: responseHeaders,
    maxAge: PREFLIGHT_SECONDS,
  }
}
