import type { RestAnswer, Sender, ToolCalls } from '@backroom/fleet-testing'

/** Somebody who uses the shop over HTTP. */
export interface Visitor {
  /** Calls a tool once. */
  attempt(tool: string, args?: Record<string, unknown>): Promise<RestAnswer>
  /** Calls a tool; waits and repeats while the shop says that it is too busy and did nothing. */
  call(tool: string, args?: Record<string, unknown>): Promise<RestAnswer>
  /** Like `call`, and fails unless the call succeeded; returns the result itself. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every tool.
  use(tool: string, args?: Record<string, unknown>): Promise<any>
  /** One MCP request at the given endpoint; returns the JSON-RPC answer. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every method.
  mcp(method: string, params?: Record<string, unknown>): Promise<any>
}

/** A visitor of the shop at some address; without a token, nobody in particular. */
export function visitor(shop: Pick<ToolCalls, 'rest' | 'mcp'>, token?: Promise<string>): Visitor {
  const sender: Sender = token ? { token } : {}
  const attempt = (tool: string, args?: Record<string, unknown>) => shop.rest(tool, args, sender)
  const call = async (tool: string, args?: Record<string, unknown>) => {
    for (let retries = 20; ; retries--) {
      const answer = await attempt(tool, args)
      if (answer.status !== 503 || retries === 0) return answer
      await new Promise((resolve) => setTimeout(resolve, answer.body.retry_after_ms ?? 1_000))
    }
  }
  return {
    ...{ attempt, call },
    async use(tool, args) {
      const { status, body } = await call(tool, args)
      if (status !== 200) throw new Error(`${tool} answered ${status}: ${JSON.stringify(body)}`)
      return body
    },
    mcp: (method, params) => shop.mcp(method, params, sender),
  }
}

/** Runs a call `times` times at once. */
export function atOnce<T>(times: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => call(index)))
}
