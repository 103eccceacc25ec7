import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import { refuse } from './refusal.ts'
import type { GatewaySettings } from './settings.ts'

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']
const probePaths = new Set(['/health', '/ready', '/status'])

/** A path that could name another resource after decoding; nothing of ours needs one. */
const ambiguousPath = /\.\.|\\|%2e|%2f|%5c|%00|\/\//i

/**
 * Refuses requests whose Host is not ours (DNS rebinding) and paths that are no plain path. Probes are exempt from the
 * host check: an orchestrator sends them to an address.
 */
export function hostGuard({ publicUrl, profile }: GatewaySettings): onRequestHookHandler {
  const { host, hostname, protocol } = new URL(publicUrl)
  const withPort = host === hostname ? `${hostname}:${protocol === 'https:' ? 443 : 80}` : host
  const isOurs = (request: FastifyRequest) => {
    const given = request.headers.host
    if (given === host || given === withPort || probePaths.has(request.url)) return true
    if (profile !== 'demo') return false
    const port = request.socket.localPort
    return loopbackNames.some((name) => given === `${name}:${port}`)
  }
  return (request, reply, next) => {
    const path = request.url.split('?', 1)[0] as string
    if (path[0] !== '/' || ambiguousPath.test(path)) {
      return refuse(request, reply, {
        status: 404,
        error: 'not_found',
        message: 'Nothing is served at this path.',
      })
    }
    if (isOurs(request)) return next()
    return refuse(request, reply, {
      status: 403,
      error: 'wrong_host',
      message: `This gateway is ${publicUrl}. Connect to that URL; whoever runs it under another one sets PUBLIC_URL to it.`,
    })
  }
}

/** Tells whether pages of a web origin may call the domains: ours, the listed ones and, in the demo, local ones. */
export function originPolicy({ publicUrl, allowedOrigins, profile }: GatewaySettings): (origin: string) => boolean {
  const allowed = new Set([new URL(publicUrl).origin, ...allowedOrigins])
  return (origin) => allowed.has(origin) || (profile === 'demo' && isLoopback(origin))
}

function isLoopback(origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, hostname } = new URL(origin)
  return (protocol === 'http:' || protocol === 'https:') && loopbackNames.includes(hostname)
}

/** Refuses requests from pages of other web origins. Programs send no Origin and pass. */
export function originGuard(isAllowed: (origin: string) => boolean): onRequestHookHandler {
  return (request, reply, next) => {
    const { origin } = request.headers
    if (origin === undefined || isAllowed(origin)) return next()
    return refuse(request, reply, {
      status: 403,
      error: 'origin_not_allowed',
      message: `Pages of ${origin.slice(0, 200)} may not call this server. Whoever runs it can add the origin to ALLOWED_ORIGINS.`,
    })
  }
}

/** Refuses every query parameter: none is defined, and a misspelt one must not pass unnoticed. */
export const noQuery: onRequestHookHandler = (request, reply, next) => {
  const [name] = Object.keys(request.query as object)
  if (name === undefined) return next()
  return refuse(request, reply, {
    status: 400,
    error: 'unknown_parameter',
    message: `This URL takes no parameter "${name.slice(0, 100)}". Remove it.`,
  })
}
