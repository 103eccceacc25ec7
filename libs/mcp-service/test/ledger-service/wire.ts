import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'

/** The parameters of a `WWW-Authenticate: Bearer` value. */
export function challengeOf(headers: Headers | Record<string, string | string[] | undefined>): Record<string, string> {
  const value = String(headers instanceof Headers ? headers.get('www-authenticate') : headers['www-authenticate'])
  assert.match(value, /^Bearer /)
  return Object.fromEntries([...value.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, text]) => [name, text]))
}

/** A request with headers exactly as given, also twice. */
export function rawPost(
  address: string,
  path: string,
  headers: [string, string][],
  body: unknown = { jsonrpc: '2.0', id: 1, method: 'tools/list' },
) {
  return new Promise<{ status: number; headers: Record<string, string | string[] | undefined> }>((resolve, reject) => {
    const flat = [
      ['content-type', 'application/json'],
      ['accept', 'application/json, text/event-stream'],
      ...headers,
    ].flat()
    if (!headers.some(([name]) => name === 'host')) flat.unshift('host', new URL(address).host)
    const request = httpRequest(`${address}${path}`, { method: 'POST', headers: flat, agent: false }, (response) => {
      response.resume()
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }))
    })
    request.on('error', reject)
    request.end(JSON.stringify(body))
  })
}
