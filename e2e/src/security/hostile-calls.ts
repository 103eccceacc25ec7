import fc from 'fast-check'
import { hostileArguments } from './hostile-arguments.ts'
import { bearers, bodyTypes, headersOf, optional, values } from './hostile-text.ts'
import type { Knowledge, KnownTool } from './knowledge.ts'
import type { RawRequest } from './raw-client.ts'

/** Requests to the servers of the domains: messages of MCP, bent a little or altogether, and calls over REST. */
export function hostileCalls(known: Knowledge): fc.Arbitrary<RawRequest> {
  return fc.oneof(
    { arbitrary: bentMessages(known), weight: 2 },
    { arbitrary: toolCallMessages(known), weight: 2 },
    { arbitrary: restCalls(known), weight: 3 },
  )
}

const methods = [
  ...['initialize', 'ping', 'tools/list', 'tools/call', 'resources/list', 'resources/read', 'prompts/get', 'x'],
  ...['completion/complete', 'subscriptions/listen', 'server/discover', 'notifications/cancelled'],
]
const MODERN = '2026-07-28'
const envelope = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
}
const endpoints: [path: string, domain: KnownTool['domain']][] = [
  ['/wms/mcp', 'wms'],
  ['/catshop/mcp', 'catshop'],
  ['/catshop/public/mcp', 'catshop'],
]

/** Anything that could pass for a message, and bodies that could not. */
function bentMessages(known: Knowledge): fc.Arbitrary<RawRequest> {
  const any = values(known)
  const members = ['name', 'uri', 'arguments', 'cursor', 'ref', 'argument', 'notifications', 'protocolVersion']
  const name = fc.oneof(
    fc.constantFrom(...known.tools.map((tool) => tool.name), 'inventory://warehouse/WH-2/stock'),
    any,
  )
  const params = fc
    .record({
      named: fc.record({ name, uri: name }),
      others: fc.dictionary(fc.constantFrom(...members), any, { maxKeys: 3 }),
      _meta: fc.oneof(fc.constant(envelope), any),
    })
    .map(({ named, others, _meta }) => ({ ...named, ...others, _meta }))
  const message = fc.record({
    jsonrpc: fc.oneof({ arbitrary: fc.constant('2.0'), weight: 9 }, any),
    id: fc.oneof({ arbitrary: fc.nat(), weight: 6 }, any),
    method: fc.oneof({ arbitrary: fc.constantFrom(...methods), weight: 9 }, any),
    params: fc.oneof({ arbitrary: params, weight: 6 }, any),
  })
  const bodies = fc.oneof(
    { arbitrary: message, weight: 6 },
    { arbitrary: fc.array(message, { maxLength: 3 }), weight: 1 },
    { arbitrary: any, weight: 1 },
  )
  const garbage = fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.toWellFormed())
  return fc
    .record({
      endpoint: endpointsWithBearer(known),
      version: optional(fc.constantFrom(MODERN, '2025-11-25', '2025-03-26', '1999-01-01', '')),
      method: optional(fc.constantFrom(...methods, '')),
      type: fc.oneof({ arbitrary: fc.constant('application/json'), weight: 9 }, fc.constantFrom(...bodyTypes)),
      accept: fc.oneof(fc.constant(acceptsAll), fc.constantFrom('application/json', 'text/html', '*/*')),
      body: fc.oneof({ arbitrary: bodies.map((body) => JSON.stringify(body) ?? ''), weight: 9 }, garbage),
    })
    .map(({ endpoint: { target, authorization }, version, method, type, accept, body }) => ({
      method: 'POST',
      target,
      headers: headersOf({
        ...{ authorization, accept, 'content-type': type },
        ...{ 'mcp-protocol-version': version, 'mcp-method': method },
      }),
      body,
    }))
}

/** Well-formed messages of both eras that call tools with hostile arguments. */
function toolCallMessages(known: Knowledge): fc.Arbitrary<RawRequest> {
  const call = fc.constantFrom(...known.tools).chain(({ domain, name, input }) =>
    fc.record({
      target: fc.constant(`/${domain}/mcp`),
      name: fc.constant(name),
      args: hostileArguments(known, input),
      authorization: bearers(known, domain),
    }),
  )
  return fc
    .record({ call, isModern: fc.boolean() })
    .map(({ call: { target, name, args, authorization }, isModern }) => {
      const modern = { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': name }
      const era = isModern ? modern : { 'mcp-protocol-version': '2025-11-25' }
      const params = { name, arguments: args, ...(isModern ? { _meta: envelope } : {}) }
      return {
        method: 'POST',
        target,
        headers: headersOf({ authorization, accept: acceptsAll, 'content-type': 'application/json', ...era }),
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
      }
    })
}

/** REST calls of every tool, with keys that come again. */
function restCalls(known: Knowledge): fc.Arbitrary<RawRequest> {
  const call = fc.constantFrom(...known.tools).chain(({ domain, name, input }) =>
    fc.record({
      target: fc.constantFrom(`/${domain}/tools/${name}`, ...(domain === 'catshop' ? [`/tools/${name}`] : [])),
      args: hostileArguments(known, input),
      authorization: bearers(known, domain),
    }),
  )
  const key = fc.constantFrom('a', 'b', 'c', ' ', '0'.repeat(300))
  return fc.record({ call, key: optional(key) }).map(({ call: { target, args, authorization }, key: repeated }) => ({
    method: 'POST',
    target,
    headers: headersOf({ authorization, 'content-type': 'application/json', 'idempotency-key': repeated }),
    body: JSON.stringify(args) ?? '',
  }))
}

const acceptsAll = 'application/json, text/event-stream'

function endpointsWithBearer(known: Knowledge) {
  return fc
    .constantFrom(...endpoints)
    .chain(([target, domain]) => fc.record({ target: fc.constant(target), authorization: bearers(known, domain) }))
}
