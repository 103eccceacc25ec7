import type { DomainName } from '@backroom/access'

/** What came back, whatever it was. */
export interface Answer {
  status: number
  headers: Headers
  /** Parsed JSON; undefined when the body is something else. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every kind.
  body: any
}

/** Calls to the servers of one fleet with nothing but `fetch`: every header and status is in the test's hands. */
export interface PlainCalls {
  /** One JSON-RPC request of a 2025-era client. */
  mcp(domain: DomainName, token: string, method: string, params?: Record<string, unknown>): Promise<Answer>
  /** One tool over REST. */
  tool(domain: DomainName, token: string, name: string, args?: Record<string, unknown>, key?: string): Promise<Answer>
}

/** @param publicUrl base of the fleet's published URLs */
export function plainCalls(publicUrl: string): PlainCalls {
  const post = async (path: string, token: string, body: unknown, headers: Record<string, string>): Promise<Answer> => {
    const response = await fetch(`${publicUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : undefined }
  }
  return {
    mcp: (domain, token, method, params = {}) =>
      post(
        `/${domain}/mcp`,
        token,
        { jsonrpc: '2.0', id: 1, method, params },
        { accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-11-25' },
      ),
    tool: (domain, token, name, args = {}, key) =>
      post(`/${domain}/tools/${name}`, token, args, key ? { 'idempotency-key': key } : {}),
  }
}
