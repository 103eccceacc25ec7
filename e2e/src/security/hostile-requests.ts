import fc from 'fast-check'
import type { BegunSignIn, KnownTool, ParameterSchema } from './knowledge.ts'
import type { RawRequest } from './raw-client.ts'

/** What an attacker may know of a fleet: the deeper a request gets before it is refused, the more it tests. */
export interface Knowledge {
  /** An access token of each server. */
  tokens: Record<KnownTool['domain'], string>
  /** Other secrets and ids that have a meaning to the fleet. */
  words: string[]
  signIns: BegunSignIn[]
  tools: KnownTool[]
}

/** Requests that make no sense, or only half, to every public surface of a fleet. */
export function hostileRequests(known: Knowledge): fc.Arbitrary<RawRequest> {
  const word = fc.oneof(
    { arbitrary: fc.constantFrom(...known.words, ...meaningful), weight: 3 },
    { arbitrary: fc.constantFrom(...poisonous), weight: 2 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 40 }), weight: 1 },
  )
  const value = fc.oneof(word, fc.integer(), fc.double(), fc.jsonValue({ maxDepth: 2 }))
  return fc.oneof(
    { arbitrary: protocolRequests(known, word), weight: 8 },
    { arbitrary: registrations(value), weight: 2 },
    { arbitrary: signIns(known, word), weight: 2 },
    { arbitrary: strayPaths(known, word), weight: 5 },
    { arbitrary: messages(known, value), weight: 8 },
    { arbitrary: toolCalls(known, word, value), weight: 7 },
  )
}

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

const poisonous = [
  ...['\u0000', '\ud800', '\uffff', '%00', '%', '%zz', '../../etc/passwd', '__proto__', 'constructor', 'toString'],
  ...['{}', '[]', 'null', 'NaN', '9'.repeat(400), 'A'.repeat(5_000), "' or 1=1 --", '{{7*7}}', '<script>', '\r\nx: y'],
  ...['😀', '\u202e', 'a=b&c=d', '1e999', '-0', '9007199254740993', '{"a":', '\\', '"', '`'],
]

const headerText = (text: fc.Arbitrary<string>) => text.map((raw) => raw.replace(/[^\x20-\x7e\xa0-\xff]/g, '?').trim())

const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 3 })

/** Headers without those that are undefined. */
const headersOf = (headers: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined))

/** Mostly the token that the server takes, so that what follows is reached. */
function bearers({ tokens }: Knowledge, domain?: KnownTool['domain']): fc.Arbitrary<string | undefined> {
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

const fieldNames = [
  ...['grant_type', 'client_id', 'client_secret', 'code', 'code_verifier', 'redirect_uri', 'refresh_token', 'scope'],
  ...['resource', 'client_assertion', 'client_assertion_type', 'token', 'token_type_hint', 'response_type', 'state'],
  ...['code_challenge', 'code_challenge_method', 'prompt', 'max_age', 'request_uri', 'request', 'response_mode'],
  ...['claims', 'id_token_hint', 'login_hint', 'nonce', 'acr_values', 'audience', 'subject_token', 'logout', 'xsrf'],
]

const bodyTypes = ['application/x-www-form-urlencoded', 'application/json', 'text/plain', 'multipart/form-data', 'x']

/** OAuth endpoints with parameters of OAuth, in the query or in a body of any type. */
function protocolRequests(known: Knowledge, word: fc.Arbitrary<string>) {
  const endpoints = ['token', 'authorize', 'revoke', 'request', 'token/introspection', 'session/end', 'jwks']
  return fc
    .record({
      endpoint: fc.constantFrom(...endpoints),
      fields: fc.array(fc.tuple(fc.constantFrom(...fieldNames), word), { maxLength: 9 }),
      inBody: fc.boolean(),
      type: fc.oneof({ arbitrary: fc.constant(bodyTypes[0]), weight: 4 }, fc.constantFrom(...bodyTypes)),
      authorization: optional(bearers(known)),
    })
    .map(({ endpoint, fields, inBody, type, authorization }): RawRequest => {
      const form = new URLSearchParams(fields.map(([name, text]) => [name, text.toWellFormed()])).toString()
      const target = `/auth/${endpoint}`
      if (!inBody || endpoint === 'authorize')
        return { method: 'GET', target: `${target}?${form}`, headers: headersOf({ authorization }) }
      const body = type === 'application/json' ? JSON.stringify(Object.fromEntries(fields)) : form
      return { method: 'POST', target, headers: headersOf({ authorization, 'content-type': type }), body }
    })
}

/** Client registrations whose members may have any type. */
function registrations(value: fc.Arbitrary<unknown>): fc.Arbitrary<RawRequest> {
  const members = [
    ...['redirect_uris', 'client_name', 'grant_types', 'response_types', 'token_endpoint_auth_method', 'scope'],
    ...['application_type', 'jwks', 'jwks_uri', 'logo_uri', 'contacts', 'software_statement', 'mcp_allowed_scopes'],
  ]
  const list = fc.array(value, { maxLength: 3 })
  const metadata = fc.dictionary(fc.constantFrom(...members), fc.oneof(value, list), { maxKeys: 8 })
  return metadata.map((body) => ({
    method: 'POST',
    target: '/auth/register',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }))
}

/** Pages of a sign-in that has begun, and the storefront's own sign-in. */
function signIns(known: Knowledge, word: fc.Arbitrary<string>): fc.Arbitrary<RawRequest> {
  const page = fc.record({
    begun: fc.constantFrom(...known.signIns),
    cookie: optional(headerText(word)),
    step: fc.constantFrom('', '/login', '/consent', '/nothing'),
    method: fc.constantFrom('GET', 'POST'),
    fields: fc.array(fc.tuple(fc.constantFrom('login', 'scope', 'xsrf', '__proto__'), word), { maxLength: 4 }),
    site: optional(fc.constantFrom('same-origin', 'cross-site', 'none', '?')),
  })
  const pages = page.map(
    ({ begun, cookie, step, method, fields, site }): RawRequest => ({
      method,
      target: `/auth/interaction/${begun.uid}${step}`,
      headers: headersOf({
        cookie: cookie === undefined ? begun.cookie : `${begun.cookie}; ${cookie}`,
        'sec-fetch-site': site,
        'content-type': bodyTypes[0],
      }),
      ...(method === 'POST'
        ? { body: new URLSearchParams(fields.map(([name, text]) => [name, text.toWellFormed()])).toString() }
        : {}),
    }),
  )
  const login = fc.jsonValue({ maxDepth: 2 }).map(
    (body): RawRequest => ({
      method: 'POST',
      target: '/auth/login',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  )
  return fc.oneof({ arbitrary: pages, weight: 3 }, { arbitrary: login, weight: 1 })
}

/** Any method on paths made of pieces of ours and of others, with odd Host and Origin. */
function strayPaths(known: Knowledge, word: fc.Arbitrary<string>): fc.Arbitrary<RawRequest> {
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

/** MCP messages of both eras, bent in one place or altogether. */
function messages(known: Knowledge, value: fc.Arbitrary<unknown>): fc.Arbitrary<RawRequest> {
  const methods = [
    ...['initialize', 'ping', 'tools/list', 'tools/call', 'resources/list', 'resources/read', 'prompts/get'],
    ...[
      'completion/complete',
      'subscriptions/listen',
      'server/discover',
      'notifications/cancelled',
      'logging/setLevel',
    ],
  ]
  const members = ['name', 'uri', 'arguments', 'cursor', 'ref', 'argument', '_meta', 'protocolVersion', 'capabilities']
  const name = fc.oneof(fc.constantFrom(...known.tools.map((tool) => tool.name)), value)
  const message = fc.record({
    jsonrpc: fc.oneof({ arbitrary: fc.constant('2.0'), weight: 6 }, value),
    id: fc.oneof({ arbitrary: fc.nat(), weight: 4 }, value),
    method: fc.oneof({ arbitrary: fc.constantFrom(...methods), weight: 6 }, value),
    params: fc.oneof(
      {
        arbitrary: fc
          .tuple(name, fc.dictionary(fc.constantFrom(...members), value, { maxKeys: 3 }))
          .map(([named, others]) => ({ name: named, ...others })),
        weight: 5,
      },
      value,
    ),
  })
  const body = fc.oneof(
    { arbitrary: message.map((one) => JSON.stringify(one)), weight: 6 },
    { arbitrary: fc.array(message, { maxLength: 3 }).map((batch) => JSON.stringify(batch)), weight: 1 },
    { arbitrary: value.map((any) => JSON.stringify(any) ?? ''), weight: 1 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.toWellFormed()), weight: 1 },
  )
  return fc
    .record({
      server: fc
        .constantFrom<[string, KnownTool['domain']]>(
          ['/wms/mcp', 'wms'],
          ['/catshop/mcp', 'catshop'],
          ['/catshop/public/mcp', 'catshop'],
        )
        .chain(([target, domain]) => fc.record({ target: fc.constant(target), authorization: bearers(known, domain) })),
      version: optional(fc.constantFrom('2026-07-28', '2025-11-25', '2025-03-26', '1999-01-01', '')),
      method: optional(fc.constantFrom(...methods, '')),
      type: fc.oneof({ arbitrary: fc.constant('application/json'), weight: 6 }, fc.constantFrom(...bodyTypes)),
      accept: fc.constantFrom('application/json, text/event-stream', 'application/json', 'text/html', '*/*'),
      body,
    })
    .map(({ server: { target, authorization }, version, method, type, accept, body: text }) => ({
      method: 'POST',
      target,
      headers: headersOf({
        ...{ authorization, accept, 'content-type': type },
        ...{ 'mcp-protocol-version': version, 'mcp-method': method },
      }),
      body: text,
    }))
}

/** REST calls of every tool: mostly arguments of the right type, odd values all the same. */
function toolCalls(
  known: Knowledge,
  word: fc.Arbitrary<string>,
  value: fc.Arbitrary<unknown>,
): fc.Arbitrary<RawRequest> {
  const call = fc.constantFrom(...known.tools).chain(({ domain, name, input }) =>
    fc.record({
      target: fc.constantFrom(`/${domain}/tools/${name}`, ...(domain === 'catshop' ? [`/tools/${name}`] : [])),
      args: fc.oneof({ arbitrary: argument(input, word, value), weight: 9 }, value),
      more: optional(fc.dictionary(fc.constantFrom('force_new', 'idempotency_key', 'x'), value, { maxKeys: 2 })),
      authorization: bearers(known, domain),
    }),
  )
  return fc
    .record({ call, key: optional(fc.constantFrom('a', 'b', ' ', '0'.repeat(300))) })
    .map(({ call: { target, args, more, authorization }, key }) => ({
      method: 'POST',
      target,
      headers: headersOf({ authorization, 'content-type': 'application/json', 'idempotency-key': key }),
      body: JSON.stringify(more && typeof args === 'object' ? { ...args, ...more } : args) ?? '',
    }))
}

/** Values that a schema's type allows; now and then any other. */
function argument(
  schema: ParameterSchema,
  word: fc.Arbitrary<string>,
  value: fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const typed = (): fc.Arbitrary<unknown> => {
    if (schema.enum) return fc.constantFrom(...schema.enum)
    if (schema.type === 'string') return word
    if (schema.type === 'integer') return fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer(), fc.maxSafeInteger())
    if (schema.type === 'boolean') return fc.boolean()
    if (schema.type === 'array')
      return fc.array(argument(schema.items ?? {}, word, value), { minLength: 1, maxLength: 3 })
    if (schema.type !== 'object' || !schema.properties) return value
    const members = Object.entries(schema.properties).map(([name, member]) => [name, argument(member, word, value)])
    return fc.record(Object.fromEntries(members), { requiredKeys: schema.required ?? [] })
  }
  return fc.oneof({ arbitrary: typed(), weight: 15 }, value)
}
