import { envelope, MODERN } from './ledger-service/client.ts'

/** One HTTP request to the endpoint, as it goes over the wire. */
export interface WireRequest {
  name: string
  /** Sent as it is; undefined sends none. */
  body: string | undefined
  headers: Record<string, string | undefined>
}

type Members = Record<string, unknown>

const legacyVersions = ['2025-11-25', '2025-06-18', '2025-03-26']
const balance = { name: 'get_balance', arguments: { account: 'alpha' } }

/** A well-formed 2026-07-28 request; changes replace members of message, params, `_meta` or headers. */
export function modern(
  name: string,
  method: string,
  params: Members = {},
  changes: { message?: Members; meta?: Members; headers?: Record<string, string | undefined> } = {},
): WireRequest {
  const target = params.name ?? params.uri
  return {
    name: `modern: ${name}`,
    headers: {
      'mcp-protocol-version': MODERN,
      'mcp-method': method,
      ...(typeof target === 'string' ? { 'mcp-name': target } : {}),
      ...changes.headers,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 7,
      method,
      params: { ...params, _meta: { ...envelope, ...changes.meta } },
      ...changes.message,
    }),
  }
}

/** A request of a 2025 revision. */
export function legacy(
  name: string,
  message: unknown,
  headers: Record<string, string | undefined> = {},
  version: string | undefined = '2025-11-25',
): WireRequest {
  return {
    name: `${version}: ${name}`,
    headers: { 'mcp-protocol-version': version, ...headers },
    body: JSON.stringify(message),
  }
}

const message = (method: string, params?: unknown, more: Members = {}) => ({
  jsonrpc: '2.0',
  id: 7,
  method,
  ...(params === undefined ? {} : { params }),
  ...more,
})

const toolCalls: [string, Members][] = [
  ['a read', balance],
  ['a write with a key', { name: 'post', arguments: { account: 'diff', amount: 1, idempotency_key: 'differential' } }],
  ['a write without a key', { name: 'post', arguments: { account: 'diff', amount: 1 } }],
  [
    'a key for another request',
    { name: 'post', arguments: { account: 'diff', amount: 2, idempotency_key: 'differential' } },
  ],
  ['a business error', { name: 'post', arguments: { account: 'diff', amount: 0, idempotency_key: 'zero' } }],
  ['an approval', { name: 'write_off', arguments: { account: 'diff', amount: 500, idempotency_key: 'big' } }],
  ['a failure inside', { name: 'broken', arguments: { how: 'throws' } }],
  ['a wrong output', { name: 'broken', arguments: { how: 'wrong_output' } }],
  ['progress that nobody asked for', { name: 'count_down', arguments: { from: 3 } }],
  ['an unknown tool', { name: 'nope', arguments: {} }],
  ['a tool named like a member of objects', { name: 'constructor', arguments: {} }],
  ['an empty name', { name: '', arguments: {} }],
  ['a service-only tool', { name: 'service_only', arguments: {} }],
  ['no arguments', { name: 'get_balance' }],
  ['empty arguments', { name: 'get_balance', arguments: {} }],
  ['an unknown argument', { name: 'get_balance', arguments: { account: 'alpha', verbose: true } }],
  ['an argument of a wrong type', { name: 'get_balance', arguments: { account: 5 } }],
  ['a null argument', { name: 'get_balance', arguments: { account: null } }],
  ['a text too long', { name: 'get_balance', arguments: { account: 'x'.repeat(41) } }],
  ['a text with NUL', { name: 'get_balance', arguments: { account: 'a\u0000b' } }],
  ['half a surrogate pair', { name: 'get_balance', arguments: { account: '\ud800' } }],
  ['a number with a fraction', { name: 'post', arguments: { account: 'diff', amount: 1.5, idempotency_key: 'x' } }],
  ['a huge number', { name: 'post', arguments: { account: 'diff', amount: 1e300, idempotency_key: 'x' } }],
  ['an empty key', { name: 'post', arguments: { account: 'diff', amount: 1, idempotency_key: '' } }],
  ['a name that is a number', { name: 5, arguments: {} }],
  ['a name that is null', { name: null }],
  ['no name', { arguments: {} }],
  ['arguments that are an array', { name: 'get_balance', arguments: [] }],
  ['arguments that are text', { name: 'get_balance', arguments: 'account' }],
  ['arguments that are null', { name: 'get_balance', arguments: null }],
  ['an unknown member of params', { ...balance, extra: 1 }],
  ['a task', { ...balance, task: { ttl: 1 } }],
  ['input responses', { ...balance, inputResponses: {}, requestState: 'x' }],
]

const otherMethods: [string, string, Members | undefined][] = [
  ['a list of tools', 'tools/list', {}],
  ['a list with a cursor', 'tools/list', { cursor: 'next' }],
  ['a list with an empty cursor', 'tools/list', { cursor: '' }],
  ['a list with a cursor of a wrong type', 'tools/list', { cursor: 5 }],
  ['a list with an unknown member', 'tools/list', { page: 2 }],
  ['discovery', 'server/discover', {}],
  ['resources', 'resources/list', {}],
  ['resource templates', 'resources/templates/list', {}],
  ['a resource', 'resources/read', { uri: 'inventory://account/alpha' }],
  ['an unknown resource', 'resources/read', { uri: 'inventory://nowhere' }],
  ['a resource that does not exist', 'resources/read', { uri: 'inventory://account/nobody' }],
  ['a resource with an unknown parameter', 'resources/read', { uri: 'inventory://account/alpha?colour=red' }],
  ['a broken percent escape', 'resources/read', { uri: 'inventory://account/%zz' }],
  ['prompts', 'prompts/list', {}],
  ['a prompt', 'prompts/get', { name: 'review', arguments: { account: 'alpha' } }],
  ['a prompt without its argument', 'prompts/get', { name: 'review' }],
  ['an unknown prompt', 'prompts/get', { name: 'nope' }],
  [
    'a completion',
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'review' }, argument: { name: 'account', value: 'a' } },
  ],
  ['an unknown method', 'tools/destroy', {}],
  ['ping', 'ping', {}],
  ['a log level', 'logging/setLevel', { level: 'debug' }],
  ['a subscription of 2025', 'resources/subscribe', { uri: 'inventory://account/alpha' }],
]

/** Ids that JSON-RPC allows, and others. */
const ids: [string, Members][] = [
  ['text', { id: 'seven' }],
  ['empty text', { id: '' }],
  ['zero', { id: 0 }],
  ['negative', { id: -1 }],
  ['a fraction', { id: 1.5 }],
  ['null', { id: null }],
  ['huge', { id: 2 ** 53 }],
  ['beyond every number', { id: 1e308 }],
  ['an object', { id: {} }],
  ['an array', { id: [1] }],
  ['true', { id: true }],
  ['absent', { id: undefined }],
]

const envelopes: [string, Members][] = [
  ['no version', { 'io.modelcontextprotocol/protocolVersion': undefined }],
  ['another version', { 'io.modelcontextprotocol/protocolVersion': '2025-11-25' }],
  ['an unknown version', { 'io.modelcontextprotocol/protocolVersion': '2099-01-01' }],
  ['a version that is a number', { 'io.modelcontextprotocol/protocolVersion': 2026 }],
  ['no capabilities', { 'io.modelcontextprotocol/clientCapabilities': undefined }],
  ['capabilities that are null', { 'io.modelcontextprotocol/clientCapabilities': null }],
  ['capabilities that are an array', { 'io.modelcontextprotocol/clientCapabilities': [] }],
  [
    'capabilities of every kind',
    { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {}, sampling: {}, roots: {}, experimental: {} } },
  ],
  [
    'elicitation by form and URL',
    { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {}, url: {} } } },
  ],
  ['elicitation of a wrong type', { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: 5 } } }],
  [
    'a sampling member of a wrong type',
    { 'io.modelcontextprotocol/clientCapabilities': { sampling: { tools: 'yes' } } },
  ],
  ['roots of a wrong type', { 'io.modelcontextprotocol/clientCapabilities': { roots: { listChanged: 'yes' } } }],
  ['extensions of a wrong type', { 'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.x/y': 5 } } }],
  ['experimental of a wrong type', { 'io.modelcontextprotocol/clientCapabilities': { experimental: { x: 5 } } }],
  ['a capability that is text', { 'io.modelcontextprotocol/clientCapabilities': { sampling: 'yes' } }],
  ['an unknown capability', { 'io.modelcontextprotocol/clientCapabilities': { telepathy: {} } }],
  ['a client', { 'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' } }],
  [
    'a client with a title and icons',
    {
      'io.modelcontextprotocol/clientInfo': {
        name: 'test',
        version: '1',
        title: 'T',
        icons: [{ src: 'https://example.com/i.png' }],
      },
    },
  ],
  [
    'a client with icons of a wrong type',
    { 'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1', icons: 5 } },
  ],
  [
    'a client with a title of a wrong type',
    { 'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1', title: 5 } },
  ],
  [
    'a client with an unknown member',
    { 'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1', mood: 'good' } },
  ],
  ['a client without version', { 'io.modelcontextprotocol/clientInfo': { name: 'test' } }],
  ['a client that is null', { 'io.modelcontextprotocol/clientInfo': null }],
  ['a log level', { 'io.modelcontextprotocol/logLevel': 'debug' }],
  ['a wrong log level', { 'io.modelcontextprotocol/logLevel': 'loud' }],
  ['an unknown reserved member', { 'io.modelcontextprotocol/mood': 'good' }],
  ['a member of someone else', { 'com.example/trace': { a: 1 } }],
  ['trace context', { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }],
  ['trace context of a wrong type', { traceparent: 5, tracestate: {}, baggage: [] }],
  ['a key', { 'idempotency-key': 'from-meta' }],
  ['a key that is a number', { 'idempotency-key': 5 }],
  ['a related task', { 'io.modelcontextprotocol/related-task': { taskId: 'x' } }],
  ['a related task of a wrong type', { 'io.modelcontextprotocol/related-task': 5 }],
]

const headerFlaws: [string, Record<string, string | undefined>][] = [
  ['no version header', { 'mcp-protocol-version': undefined }],
  ['a version header of 2025', { 'mcp-protocol-version': '2025-11-25' }],
  ['an unknown version header', { 'mcp-protocol-version': '2099-01-01' }],
  ['an empty version header', { 'mcp-protocol-version': '' }],
  ['no method header', { 'mcp-method': undefined }],
  ['another method header', { 'mcp-method': 'tools/list' }],
  ['a method header in capitals', { 'mcp-method': 'Tools/Call' }],
  ['no name header', { 'mcp-name': undefined }],
  ['another name header', { 'mcp-name': 'post' }],
  ['an encoded name header', { 'mcp-name': `=?base64?${Buffer.from('get_balance').toString('base64')}?=` }],
  ['an encoded name header of another tool', { 'mcp-name': `=?base64?${Buffer.from('post').toString('base64')}?=` }],
  ['a broken encoded name header', { 'mcp-name': '=?base64?%%%?=' }],
  ['a session', { 'mcp-session-id': 'old' }],
  ['a last event', { 'last-event-id': '5' }],
  ['a parameter header', { 'mcp-param-account': 'alpha' }],
]

const negotiation: [string, Record<string, string | undefined>][] = [
  ['accepts JSON alone', { accept: 'application/json' }],
  ['accepts streams alone', { accept: 'text/event-stream' }],
  ['accepts anything', { accept: '*/*' }],
  ['accepts HTML', { accept: 'text/html' }],
  ['accepts both with weights', { accept: 'text/event-stream;q=0.5, application/json;q=0.9' }],
  ['accepts in capitals', { accept: 'Application/JSON, Text/Event-Stream' }],
  ['accepts JSON patches and streams', { accept: 'application/json-patch+json, text/event-stream' }],
  ['sends JSON with a charset', { 'content-type': 'application/json; charset=utf-8' }],
  ['sends JSON in capitals', { 'content-type': 'Application/JSON' }],
  ['sends text', { 'content-type': 'text/plain' }],
  ['sends a form', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['sends JSON-RPC', { 'content-type': 'application/json-rpc' }],
]

const bodies: [string, unknown][] = [
  ['no method', { jsonrpc: '2.0', id: 7 }],
  ['a method that is a number', message('tools/call', balance, { method: 5 })],
  ['an empty method', message('', {})],
  ['JSON-RPC 1.0', message('tools/call', balance, { jsonrpc: '1.0' })],
  ['no JSON-RPC', message('tools/call', balance, { jsonrpc: undefined })],
  ['an unknown member of the message', message('tools/call', balance, { extra: true })],
  ['params that are an array', message('tools/call', [balance])],
  ['params that are null', message('tools/call', null)],
  ['params that are text', message('tools/call', 'params')],
  ['no params in a call', message('tools/call')],
  ['no params in a list', message('tools/list')],
  ['params of a list that are null', message('tools/list', null)],
  ['`_meta` that is null', message('tools/call', { ...balance, _meta: null })],
  ['`_meta` that is an array', message('tools/call', { ...balance, _meta: [] })],
  ['`_meta` that is text', message('tools/list', { _meta: 'x' })],
  ['a progress token of a wrong type', message('tools/call', { ...balance, _meta: { progressToken: {} } })],
  [
    'an envelope member without version',
    message('tools/call', { ...balance, _meta: { 'io.modelcontextprotocol/clientCapabilities': {} } }),
  ],
  ['a result', { jsonrpc: '2.0', id: 7, result: {} }],
  ['an error', { jsonrpc: '2.0', id: 7, error: { code: 1, message: 'x' } }],
  ['a request with a result', message('tools/call', balance, { result: {} })],
  ['a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }],
  ['an unknown notification', { jsonrpc: '2.0', method: 'notifications/whatever' }],
  ['a call as notification', { jsonrpc: '2.0', method: 'tools/call', params: balance }],
  ['an empty object', {}],
  ['null', null],
  ['a number', 5],
  ['text', 'tools/call'],
  ['an empty batch', []],
  ['a batch of one', [message('tools/call', balance)]],
  ['a batch of two', [message('tools/call', balance), message('tools/list', {}, { id: 8 })]],
  ['a batch with a notification', [message('tools/list', {}), { jsonrpc: '2.0', method: 'notifications/initialized' }]],
  [
    'a batch with an unknown tool',
    [message('tools/call', { name: 'nope' }), message('tools/call', balance, { id: 8 })],
  ],
  ['a batch with a flawed element', [message('tools/call', balance), { nothing: true }]],
  ['a batch of the same id', [message('tools/call', balance), message('tools/list', {})]],
]

const raw: [string, string | undefined][] = [
  ['no body', undefined],
  ['an empty body', ''],
  ['half a body', '{"jsonrpc":"2.0","id":7,'],
  ['a body with a prototype', '{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"__proto__":{"x":1}}}'],
  ['a member twice', '{"jsonrpc":"2.0","id":7,"method":"tools/list","id":8}'],
  [
    'nesting without end',
    `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"get_balance","arguments":{"account":${'['.repeat(20_000)}${']'.repeat(20_000)}}}}`,
  ],
  [
    'nesting without end in a write',
    `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"post","arguments":{"account":${'['.repeat(20_000)}${']'.repeat(20_000)}}}}`,
  ],
]

const initialize = (version: string) =>
  message('initialize', { protocolVersion: version, capabilities: {}, clientInfo: { name: 'test', version: '1' } })

/** Valid, flawed and hostile requests of every revision. */
export function corpus(): WireRequest[] {
  return [
    ...toolCalls.map(([name, params]) => modern(name, 'tools/call', params)),
    ...toolCalls.map(([name, params]) => legacy(name, message('tools/call', params))),
    ...otherMethods.map(([name, method, params]) => modern(name, method, params)),
    ...otherMethods.map(([name, method, params]) => legacy(name, message(method, params))),
    ...ids.flatMap(([name, id]) => [
      modern(`id ${name}`, 'tools/call', balance, { message: id }),
      legacy(`id ${name}`, message('tools/list', {}, id)),
    ]),
    ...envelopes.map(([name, meta]) => modern(name, 'tools/call', balance, { meta })),
    ...envelopes.map(([name, meta]) => legacy(name, message('tools/call', { ...balance, _meta: meta }))),
    ...headerFlaws.map(([name, headers]) => modern(name, 'tools/call', balance, { headers })),
    ...headerFlaws.map(([name, headers]) => legacy(name, message('tools/call', balance), headers)),
    ...negotiation.flatMap(([name, headers]) => [
      modern(name, 'tools/call', balance, { headers }),
      legacy(name, message('tools/call', balance), headers),
    ]),
    ...bodies.flatMap(([name, body]) => [
      legacy(name, body),
      { name: `modern: ${name}`, headers: modern('', 'tools/call', balance).headers, body: JSON.stringify(body) },
    ]),
    ...raw.map(([name, body]) => ({ name, headers: { 'mcp-protocol-version': '2025-11-25' }, body })),
    ...legacyVersions.flatMap((version) => [
      legacy('initialize', initialize(version), {}, version),
      legacy('a call', message('tools/call', balance), {}, version),
      legacy('a list', message('tools/list'), {}, version),
      legacy('a batch', [message('tools/call', balance), message('tools/list', {}, { id: 8 })], {}, version),
    ]),
    legacy('initialize without a version header', initialize('2025-11-25'), {}, undefined),
    legacy('a call without a version header', message('tools/call', balance), { 'mcp-protocol-version': undefined }),
    legacy('an initialize of the future', initialize('2099-01-01')),
    legacy('an initialize of 2026', initialize(MODERN)),
  ]
}
