import type { SigningAuthority } from '@backroom/fleet-testing'

/** Scopes of a token that may use every tool of the test domain. */
export const ALL_SCOPES = 'wms:read wms:adjust wms:reorder wms:transfer'

export const MODERN = '2026-07-28'

export interface Target {
  authority: SigningAuthority
  address: string
}

export interface CallOptions extends Target {
  era?: 'modern' | 'legacy'
  token?: string
  headers?: Record<string, string>
  meta?: Record<string, unknown>
  id?: string | number
  signal?: AbortSignal
}

/** The envelope that every 2026-07-28 request carries in `_meta`. */
export const envelope = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** Opens one JSON-RPC request as a client of either era does; the body is left to be read. */
export async function open(
  { authority, address, era = 'modern', token, headers = {}, meta = {}, id = 1, signal }: CallOptions,
  method: string,
  params: Record<string, unknown> = {},
): Promise<Response> {
  const bearer = token ?? (await authority.sign({ scope: ALL_SCOPES }))
  const name = params.name ?? params.uri
  const modern = {
    'mcp-protocol-version': MODERN,
    'mcp-method': method,
    ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
  }
  const _meta = era === 'modern' ? { ...envelope, ...meta } : meta
  return fetch(`${address}/wms/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${bearer}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(era === 'modern' ? modern : { 'mcp-protocol-version': '2025-11-25' }),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } }),
    ...(signal ? { signal } : {}),
  })
}

/** {@link open}, with the whole answer read. */
export async function send(options: CallOptions, method: string, params: Record<string, unknown> = {}) {
  const response = await open(options, method, params)
  const text = await response.text()
  const body = text.startsWith('{') ? JSON.parse(text) : undefined
  return { status: response.status, headers: response.headers, text, body }
}

/** What `tools/call` answers. */
export interface ToolAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every tool.
  structuredContent: Record<string, any>
  isError?: true
  content: { text: string }[]
  _meta?: Record<string, unknown>
}

/** Calls a tool over MCP and returns its result. */
export async function call(
  options: CallOptions,
  name: string,
  args: Record<string, unknown> = {},
): Promise<ToolAnswer> {
  const { body, status } = await send(options, 'tools/call', { name, arguments: args })
  if (!body?.result) throw new Error(`${name} answered ${status}: ${JSON.stringify(body)}`)
  return body.result
}

interface RestOptions extends Target {
  token?: string | null
  headers?: Record<string, string>
}

/** Calls a tool over REST; `token: null` sends none. */
export async function post(
  { authority, address, token, headers = {} }: RestOptions,
  name: string,
  body: unknown,
  contentType = 'application/json',
) {
  const bearer = token === undefined ? await authority.sign({ scope: ALL_SCOPES }) : token
  const response = await fetch(`${address}/wms/tools/${name}`, {
    method: 'POST',
    headers: { ...(bearer ? { authorization: `Bearer ${bearer}` } : {}), 'content-type': contentType, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text.startsWith('{') ? JSON.parse(text) : undefined,
  }
}

/** The messages of an event stream, as they arrive. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into messages of every kind.
export async function* messagesOf(response: Response): AsyncGenerator<any> {
  if (!response.body) return
  let text = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      const data = event.split('\n').find((line) => line.startsWith('data: {'))
      if (data) yield JSON.parse(data.slice('data: '.length))
    }
  }
}

/** {@link messagesOf}, all of them, once the stream has ended. */
// biome-ignore lint/suspicious/noExplicitAny: as for messagesOf.
export async function allMessagesOf(response: Response): Promise<any[]> {
  const messages = []
  for await (const message of messagesOf(response)) messages.push(message)
  return messages
}

/** Waits until a condition holds; fails after a bound that no machine should need. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited too long until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
