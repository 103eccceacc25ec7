import { fileURLToPath } from 'node:url'
import { testDatabase } from '@backroom/fleet-testing'
import type { Kysely } from 'kysely'
import { createServiceServer, readServiceSettings, type ServerOptions } from '../../src/index.ts'
import { ledgerService } from './service.ts'
import { PUBLIC_URL, type SigningAuthority, signingAuthority } from './signing-authority.ts'

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The test domain, listening on loopback with a database and an authority of its own. */
export async function startLedger({ pool = 8, ...options }: ServerOptions & { pool?: number } = {}) {
  const authority = await signingAuthority()
  const database = await testDatabase({
    schema: 'wms',
    folders: [
      { prefix: 'service', path: folder('../../migrations') },
      { prefix: 'ledger', path: folder('migrations') },
    ],
  })
  const settings = readServiceSettings({
    BACKROOM_PROFILE: 'demo',
    PUBLIC_URL,
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
    PORT: '0',
    INTERNAL_PORT: '0',
    DATABASE_URL: database.url,
    DATABASE_POOL: String(pool),
    AUTH_URL: authority.url,
    AUTH_INTERNAL_URL: authority.url,
    SERVICE_KEY: authority.serviceKey,
    CALLS_PER_MINUTE: '100000',
  })
  const { app, connection, runtime } = await createServiceServer(ledgerService, settings, options)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    address,
    authority,
    runtime,
    // biome-ignore lint/suspicious/noExplicitAny: tests look into tables of the library and of the test domain.
    db: connection.db as Kysely<any>,
    ownerUrl: database.ownerUrl,
    async stop() {
      await app.close()
      await authority.close()
      await database.drop()
    },
  }
}

export type Ledger = Awaited<ReturnType<typeof startLedger>>

/** Scopes of a token that may use every tool of the test domain. */
export const ALL_SCOPES = 'wms:read wms:adjust wms:reorder wms:transfer'

interface CallOptions {
  authority: SigningAuthority
  address: string
  era?: 'modern' | 'legacy'
  token?: string
  headers?: Record<string, string>
  meta?: Record<string, unknown>
}

/** Sends one JSON-RPC request as a client of either era does, and returns status, headers and body. */
export async function send(
  { authority, address, era = 'modern', token, headers = {}, meta = {} }: CallOptions,
  method: string,
  params: Record<string, unknown> = {},
) {
  const bearer = token ?? (await authority.sign({ scope: ALL_SCOPES }))
  const name = params.name ?? params.uri
  const modern = {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
  }
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    ...meta,
  }
  const response = await fetch(`${address}/wms/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${bearer}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(era === 'modern' ? modern : { 'mcp-protocol-version': '2025-11-25' }),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, ...(era === 'modern' ? { _meta: envelope } : Object.keys(meta).length ? { _meta: meta } : {}) } }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: text.startsWith('{') ? JSON.parse(text) : undefined }
}

/** Calls a tool over MCP and returns its result. */
export async function call(options: CallOptions, name: string, args: Record<string, unknown> = {}) {
  const { body, status } = await send(options, 'tools/call', { name, arguments: args })
  if (!body?.result) throw new Error(`${name} answered ${status}: ${JSON.stringify(body)}`)
  return body.result as { structuredContent: Record<string, unknown>; isError?: true; content: { text: string }[]; _meta?: Record<string, unknown> }
}
