import { fileURLToPath } from 'node:url'
import { PUBLIC_URL, signingAuthority, testDatabase } from '@backroom/fleet-testing'
import { createServiceServer, readServiceSettings } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Tables } from '../src/database-tables.ts'
import { seedDemo } from '../src/seed/seed-demo.ts'
import { catshop } from '../src/service.ts'

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What a REST call answered. */
export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every tool.
  body: any
}

/** Somebody who uses the shop over HTTP. */
export interface Visitor {
  /** Calls a tool; waits and repeats while the shop says that it is too busy and did nothing. */
  call(tool: string, args?: Record<string, unknown>): Promise<Answer>
  /** Like `call`, and fails unless the call succeeded; returns the result itself. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every tool.
  use(tool: string, args?: Record<string, unknown>): Promise<any>
  /** One MCP request at the given endpoint; returns the JSON-RPC answer. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every method.
  mcp(method: string, params?: Record<string, unknown>): Promise<any>
}

/** The shop with its demo data, listening on loopback, in a database of its own. */
export async function openShop() {
  const authority = await signingAuthority()
  const database = await testDatabase({
    schema: 'catshop',
    folders: [
      { prefix: 'service', path: folder('../../../libs/mcp-service/migrations') },
      { prefix: 'catshop', path: folder('../migrations') },
    ],
  })
  const settings = readServiceSettings({
    PUBLIC_URL,
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
    PORT: '0',
    INTERNAL_PORT: '0',
    DATABASE_URL: database.url,
    AUTH_URL: authority.url,
    AUTH_INTERNAL_URL: authority.url,
    SERVICE_KEY: authority.serviceKey,
    CALLS_PER_MINUTE: '100000',
  })
  const { app, connection } = await createServiceServer(catshop, settings)
  const db: Kysely<Tables> = connection.db
  await db.transaction().execute(seedDemo)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })

  const visitor = (claims: Record<string, unknown> | undefined): Visitor => {
    const token = claims && authority.sign({ aud: `${PUBLIC_URL}/catshop/mcp`, ...claims })
    const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
      const response = await fetch(address + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(token ? { authorization: `Bearer ${await token}` } : {}),
          ...headers,
        },
        body: JSON.stringify(body),
      })
      return { status: response.status, body: JSON.parse(await response.text()) }
    }
    const call = async (tool: string, args: Record<string, unknown> = {}) => {
      for (let retries = 20; ; retries--) {
        const answer = await post(`/catshop/tools/${tool}`, args)
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
      async mcp(method, params = {}) {
        const path = claims ? '/catshop/mcp' : '/catshop/public/mcp'
        const request = { jsonrpc: '2.0', id: 1, method, params }
        return (await post(path, request, { 'mcp-protocol-version': '2025-11-25' })).body
      },
    }
  }

  return {
    db,
    /** Customer `demo<number>` with `cust-00<number>`. */
    demo(number: number, scope = 'catshop:read catshop:write'): Visitor {
      const id = `cust-${String(number).padStart(3, '0')}`
      return visitor({ sub: id, customer_id: id, username: `demo${number}`, scope })
    },
    /** A customer whom the shop has never seen. */
    newcomer: (name: string): Visitor =>
      visitor({ sub: `cust-${name}`, customer_id: `cust-${name}`, username: name, scope: 'catshop:write' }),
    staff: (): Visitor =>
      visitor({ sub: 'staff-support', username: 'support', role: 'support', scope: 'catshop:read catshop:write' }),
    /** Nobody in particular, without a token. */
    passerby: (): Visitor => visitor(undefined),
    async close() {
      await app.close()
      await authority.close()
      await database.drop()
    },
  }
}

export type Shop = Awaited<ReturnType<typeof openShop>>

/** Runs a call `times` times at once. */
export function atOnce<T>(times: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => call(index)))
}
