import { PUBLIC_URL, type RestAnswer, startDomainService } from '@backroom/fleet-testing'
import { seedDemo } from '../src/seed/seed-demo.ts'
import { catshop } from '../src/service.ts'

/** Somebody who uses the shop over HTTP. */
export interface Visitor {
  /** Calls a tool; waits and repeats while the shop says that it is too busy and did nothing. */
  call(tool: string, args?: Record<string, unknown>): Promise<RestAnswer>
  /** Like `call`, and fails unless the call succeeded; returns the result itself. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every tool.
  use(tool: string, args?: Record<string, unknown>): Promise<any>
  /** One MCP request at the given endpoint; returns the JSON-RPC answer. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every method.
  mcp(method: string, params?: Record<string, unknown>): Promise<any>
}

/** The shop with its demo data, listening on loopback, in a database of its own. */
export async function openShop() {
  const migrations = new URL('../migrations', import.meta.url)
  const running = await startDomainService({ service: catshop, migrations, seed: seedDemo })

  const visitor = (token?: Promise<string>): Visitor => {
    const sender = token ? { token } : {}
    const call = async (tool: string, args?: Record<string, unknown>) => {
      for (let retries = 20; ; retries--) {
        const answer = await running.rest(tool, args, sender)
        if (answer.status !== 503 || retries === 0) return answer
        await new Promise((resolve) => setTimeout(resolve, answer.body.retry_after_ms))
      }
    }
    return {
      call,
      async use(tool, args) {
        const { status, body } = await call(tool, args)
        if (status !== 200) throw new Error(`${tool} answered ${status}: ${JSON.stringify(body)}`)
        return body
      },
      mcp: (method, params) => running.mcp(method, params, sender),
    }
  }

  return {
    db: running.db,
    /** Customer `demo<number>` with `cust-00<number>`. */
    demo: (number: number, scope?: string): Visitor => visitor(running.tokenOf(`demo${number}`, scope)),
    /** A customer whom the shop has never seen. */
    newcomer(name: string): Visitor {
      const claims = { sub: `cust-${name}`, customer_id: `cust-${name}`, username: name, scope: 'catshop:write' }
      return visitor(running.authority.sign({ aud: `${PUBLIC_URL}/catshop/mcp`, ...claims }))
    },
    staff: (): Visitor => visitor(running.tokenOf('support', 'catshop:read catshop:write')),
    /** Nobody in particular, without a token. */
    passerby: (): Visitor => visitor(),
    close: () => running.stop(),
  }
}

export type Shop = Awaited<ReturnType<typeof openShop>>

/** Runs a call `times` times at once. */
export function atOnce<T>(times: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => call(index)))
}
