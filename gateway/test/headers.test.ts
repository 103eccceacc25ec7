import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { requestHeaders } from '../src/headers.ts'

const forbidden = [
  'Connection',
  'Keep-Alive',
  'Proxy-Authorization',
  'Proxy-Connection',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
  'Forwarded',
  'X-Real-IP',
  'X-Forwarded-For',
  'X-Forwarded-Prefix',
  'X-Internal-Anything',
  'Cookie',
  'Host',
  'Content-Length',
  'Expect',
  'X-Request-Id',
]
const passed = [
  'Authorization',
  'Accept',
  'Content-Type',
  'Mcp-Method',
  'Mcp-Param-Sku',
  'traceparent',
  'X-Custom',
  'Pragma',
]

const anyCase = (name: string) => fc.mixedCase(fc.constant(name))
const value = fc.stringMatching(/^[!-~]{0,20}$/)
const pairs = (names: string[]) =>
  fc.array(fc.tuple(fc.constantFrom(...names).chain(anyCase), value), { maxLength: 12 })

const provenance = {
  upstreamHost: '127.0.0.1:8101',
  clientAddress: '203.0.113.7',
  publicHost: 'shop.example',
  publicProtocol: 'https',
  requestId: 'id-of-request',
  passCookies: false,
} as const

const own = [
  ['host', '127.0.0.1:8101'],
  ['x-forwarded-for', '203.0.113.7'],
  ['x-forwarded-proto', 'https'],
  ['x-forwarded-host', 'shop.example'],
  ['x-request-id', 'id-of-request'],
]

it('whatever a client sends, exactly the end-to-end headers pass, in order, beside the gateway’s own', () => {
  fc.assert(
    fc.property(pairs(forbidden), pairs(passed), pairs(passed), (bad, good, more) => {
      const sent = [...good, ...bad, ...more]
      const result = requestHeaders(sent.flat(), undefined, provenance)
      assert.deepEqual(result, [...own, ...good, ...more].flat())
    }),
  )
})

it('what the Connection header names is dropped, but never what the gateway states', () => {
  fc.assert(
    fc.property(fc.subarray([...passed, 'x-forwarded-for', 'host']), pairs(passed), (named, sent) => {
      const result = requestHeaders(sent.flat(), named.join(' , '), provenance)
      const dropped = new Set(named.map((name) => name.toLowerCase()))
      const rest = sent.filter(([name]) => !dropped.has(name.toLowerCase()))
      assert.deepEqual(result, [...own, ...rest].flat())
    }),
  )
})
