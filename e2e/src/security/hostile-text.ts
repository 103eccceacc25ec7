import fc from 'fast-check'
import type { Knowledge, KnownTool } from './knowledge.ts'

/** What some part of the fleet gives a meaning to. */
const meaningful = [
  ...[
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'password',
    'code',
    'token',
    'S256',
    'plain',
    'none',
  ],
  ...['urn:ietf:params:oauth:grant-type:token-exchange', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
  ...['probe', 'catshop', 'wms', 'auth', 'demo-login', 'login', 'consent', 'openid offline_access', 'catshop:write'],
  ...['http://127.0.0.1/callback', 'https://x.example/callback', 'javascript:alert(1)', 'e30.e30.', '-1', '0', '1'],
  ...['WH-2', 'CAT-1001', 'cust-002', 'inventory://warehouse/WH-2/stock', 'catshop://cart', '2026-07-28', '2025-11-25'],
]

/** What has broken other software. */
const poisonous = [
  ...['\u0000', '\ud800', '\uffff', '%00', '%', '%zz', '../../etc/passwd', '__proto__', 'constructor', 'toString'],
  ...['{}', '[]', 'null', 'NaN', '9'.repeat(400), 'A'.repeat(5_000), "' or 1=1 --", '{{7*7}}', '<script>', '\r\nx: y'],
  ...['😀', '\u202e', 'a=b&c=d', '1e999', '-0', '9007199254740993', '{"a":', '\\', '"', '`'],
]

/** Media types of bodies, the expected ones first. */
export const bodyTypes = [
  'application/x-www-form-urlencoded',
  'application/json',
  'text/plain',
  'multipart/form-data',
  'x',
]

/** Text that means something, is poison, or is anything. */
export function words(known: Knowledge): fc.Arbitrary<string> {
  return fc.oneof(
    { arbitrary: fc.constantFrom(...known.words, ...meaningful), weight: 3 },
    { arbitrary: fc.constantFrom(...poisonous), weight: 2 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 40 }), weight: 1 },
  )
}

/** Any value of JSON, words of ours among them. */
export function values(known: Knowledge): fc.Arbitrary<unknown> {
  return fc.oneof(words(known), fc.integer(), fc.double(), fc.jsonValue({ maxDepth: 2 }))
}

/** The same text without what no client can put into a header. */
export const headerText = (text: fc.Arbitrary<string>) =>
  text.map((raw) => raw.replace(/[^\x20-\x7e\xa0-\xff]/g, '?').trim())

/** Present or not. */
export const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 3 })

/** Headers without those that are undefined. */
export const headersOf = (headers: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined))

/** Mostly the token that the server takes, so that what follows is reached. */
export function bearers({ tokens }: Knowledge, domain?: KnownTool['domain']): fc.Arbitrary<string | undefined> {
  const any = fc.constantFrom(...Object.values(tokens))
  const right = domain ? fc.constant(tokens[domain]) : any
  const damaged = fc
    .tuple(right, fc.nat(400), fc.constantFrom('', '.', 'A', '=', '-', ' '))
    .map(([text, at, change]) => `Bearer ${text.slice(0, at)}${change}${text.slice(at + 1)}`)
  return fc.oneof(
    { arbitrary: right.map((text) => `Bearer ${text}`), weight: 20 },
    { arbitrary: any.map((text) => `Bearer ${text}`), weight: 2 },
    { arbitrary: damaged, weight: 3 },
    { arbitrary: headerText(fc.string({ maxLength: 80 })).map((text) => `Bearer ${text}`), weight: 1 },
    { arbitrary: fc.base64String({ maxLength: 60 }).map((text) => `Basic ${text}`), weight: 1 },
    { arbitrary: fc.constant(undefined), weight: 1 },
  )
}
