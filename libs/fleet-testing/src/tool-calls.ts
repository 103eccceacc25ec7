import type { DomainName } from '@backroom/access'

/** Who sends a request; without a token, nobody in particular. */
export interface Sender {
  token?: string | Promise<string>
}

/** What `tools/call` answers. */
export interface ToolAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every tool.
  structuredContent: any
  isError?: true
  content: { type: string; text: string }[]
  _meta?: Record<string, unknown>
}

/** What a call over REST answers. */
export interface RestAnswer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every tool.
  body: any
}

/** Requests to one server, as its callers send them. */
export interface ToolCalls {
  /**
   * Calls a tool over MCP. What the domain refuses is an answer with `isError`.
   *
   * @throws {Error} with status and body, when there is no result at all (no token, missing scope, unknown tool)
   */
  call(tool: string, args?: Record<string, unknown>, sender?: Sender): Promise<ToolAnswer>
  /** Sends any MCP request and returns the JSON-RPC answer; without a token it goes to the public endpoint. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every method.
  mcp(method: string, params?: Record<string, unknown>, sender?: Sender): Promise<any>
  /** Calls a tool over REST. */
  rest(tool: string, args?: Record<string, unknown>, sender?: Sender): Promise<RestAnswer>
}

const PROTOCOL_VERSION = '2025-11-25'

/** Calls of a domain's server at an address. */
export function toolCalls(address: string, domain: DomainName): ToolCalls {
  const post = async (path: string, body: unknown, { token }: Sender): Promise<RestAnswer> => {
    const response = await fetch(`${address}/${domain}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': PROTOCOL_VERSION,
        ...(token ? { authorization: `Bearer ${await token}` } : {}),
      },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() }
  }
  const send = (method: string, params: Record<string, unknown>, sender: Sender) =>
    post(sender.token ? '/mcp' : '/public/mcp', { jsonrpc: '2.0', id: 1, method, params }, sender)
  return {
    async call(name, args = {}, sender = {}) {
      const { status, body } = await send('tools/call', { name, arguments: args }, sender)
      if (!body.result) throw new Error(`${name} answered ${status}: ${JSON.stringify(body)}`)
      return body.result
    },
    mcp: async (method, params = {}, sender = {}) => (await send(method, params, sender)).body,
    rest: (tool, args = {}, sender = {}) => post(`/tools/${tool}`, args, sender),
  }
}
