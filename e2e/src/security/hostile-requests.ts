import fc from 'fast-check'
import { hostileCalls } from './hostile-calls.ts'
import { hostileSignIns } from './hostile-sign-ins.ts'
import { bearers, headersOf, headerText, optional, words } from './hostile-text.ts'
import type { Knowledge } from './knowledge.ts'
import type { RawRequest } from './raw-client.ts'

/** Requests that make no sense, or only half, to every public surface of a fleet. */
export function hostileRequests(known: Knowledge): fc.Arbitrary<RawRequest> {
  return fc.oneof(
    { arbitrary: hostileSignIns(known), weight: 3 },
    { arbitrary: strayPaths(known), weight: 1 },
    { arbitrary: hostileCalls(known), weight: 4 },
  )
}

/** Any method on paths made of pieces of ours and of others, with odd Host and Origin. */
function strayPaths(known: Knowledge): fc.Arbitrary<RawRequest> {
  const word = words(known)
  const pieces = [
    ...['wms', 'catshop', 'payments', 'auth', 'mcp', 'tools', 'public', 'internal', 'docs', 'openapi.json', 'status'],
    ...['.well-known', 'oauth-protected-resource', 'oauth-authorization-server', 'openid-configuration', 'health'],
    ...['..', '.', '%2e%2e', '%2f', '%5c', '%00', '%', '', 'metrics', 'ready', 'favicon.ico', 'get_product', 'static'],
  ]
  const target = word.map((text) => text.replace(/[^\x21-\x7e]/g, encodeURIComponent('~')))
  const piece = fc.oneof({ arbitrary: fc.constantFrom(...pieces), weight: 5 }, { arbitrary: target, weight: 1 })
  return fc
    .record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'PROPFIND'),
      path: fc.array(piece, { maxLength: 6 }),
      query: optional(target),
      host: optional(fc.constantFrom('attacker.example', 'localhost', '127.0.0.1', '[::1]', 'x@y', '')),
      origin: optional(fc.constantFrom('null', 'https://attacker.example', 'http://localhost', 'file://', '%')),
      accept: optional(fc.constantFrom('text/html', 'application/json', 'text/event-stream', '*/*', ';;')),
      forwarded: optional(headerText(word)),
      authorization: bearers(known),
      body: optional(word),
    })
    .map(({ method, path, query, host, origin, accept, forwarded, authorization, body }): RawRequest => {
      const headers = { host, origin, accept, authorization, 'x-forwarded-for': forwarded, 'x-request-id': forwarded }
      return {
        method,
        target: `/${path.join('/')}${query === undefined ? '' : `?${query}`}`,
        headers: headersOf(headers),
        ...(body === undefined || method === 'HEAD' || method === 'GET' ? {} : { body: body.toWellFormed() }),
      }
    })
}
