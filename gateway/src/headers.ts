import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

/** RFC 9110, section 7.6.1: meant for one hop only. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** Set again by us, or by the HTTP client from the body. */
const replaced = ['host', 'content-length', 'expect', 'x-request-id']
const droppedFromRequest = new Set([...hopByHop, ...replaced, 'forwarded', 'x-real-ip'])
const droppedFromResponse = new Set([...hopByHop, 'server', 'x-powered-by', 'x-request-id'])
const internalPrefixes = ['x-forwarded-', 'x-internal-', 'proxy-']

/** What the gateway itself tells an upstream about a request. */
export interface Provenance {
  upstreamHost: string
  clientAddress: string
  /** From configuration, never from the request. */
  publicHost: string
  publicProtocol: 'http' | 'https'
  requestId: string
  /** Only auth gets cookies: its pages live by them, services have none. */
  passCookies: boolean
  /** The gateway's own place in the trace; it takes the place of the client's. Absent: the client's is passed on. */
  traceparent?: string | undefined
}

/**
 * Headers for the upstream as name, value, name, value. Everything end-to-end is passed on untouched, repeated headers
 * too; what only a proxy may say is dropped and said anew.
 */
export function requestHeaders(rawHeaders: readonly string[], nominated: string | undefined, from: Provenance) {
  const headers = [
    'host',
    from.upstreamHost,
    'x-forwarded-for',
    from.clientAddress,
    'x-forwarded-proto',
    from.publicProtocol,
    'x-forwarded-host',
    from.publicHost,
    'x-request-id',
    from.requestId,
  ]
  if (from.traceparent) headers.push('traceparent', from.traceparent)
  const named = nominatedHeaders(nominated)
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const raw = rawHeaders[i] as string
    const name = raw.toLowerCase()
    if (droppedFromRequest.has(name) || isInternal(name) || named?.includes(name)) continue
    if (name === 'cookie' && !from.passCookies) continue
    if (from.traceparent && (name === 'traceparent' || name === 'tracestate')) continue
    headers.push(raw, rawHeaders[i + 1] as string)
  }
  return headers
}

/** Headers for the client: the upstream's without what is internal, with `own` replacing equal names. */
export function responseHeaders(
  upstream: IncomingHttpHeaders,
  own: Record<string, number | string | string[] | undefined>,
): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {}
  const named = nominatedHeaders(upstream.connection)
  for (const name in upstream) {
    if (droppedFromResponse.has(name) || isInternal(name) || named?.includes(name)) continue
    headers[name] = upstream[name]
  }
  for (const name in own) {
    headers[name] = name === 'vary' && headers.vary ? `${headers.vary}, ${own.vary}` : own[name]
  }
  return headers
}

function isInternal(name: string): boolean {
  const first = name.charCodeAt(0)
  return (first === LETTER_X || first === LETTER_P) && internalPrefixes.some((prefix) => name.startsWith(prefix))
}

const LETTER_X = 120
const LETTER_P = 112

/** Header names that the Connection header declares to be hop-by-hop. */
function nominatedHeaders(connection: string | undefined): string[] | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined
  return connection.split(',').map((name) => name.trim().toLowerCase())
}
