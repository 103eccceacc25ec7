import { fileURLToPath } from 'node:url'
import { PUBLIC_URL, signingAuthority, testDatabase } from '@backroom/fleet-testing'
import { createServiceServer, readServiceSettings, type ServiceServer } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Tables } from '../src/database-tables.ts'
import { seedDemo } from '../src/seed/demo.ts'
import { service } from '../src/service.ts'
import { book, lockBalances, type StockPlace } from '../src/stock.ts'

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const ALL_SCOPES = 'wms:read wms:reserve wms:reorder wms:receive wms:adjust'

/** What a REST call answered. */
export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every tool.
  body: any
}

/** An empty database of this service. */
export async function openDatabase() {
  const database = await testDatabase({
    schema: 'wms',
    folders: [
      { prefix: 'service', path: folder('../../../libs/mcp-service/migrations') },
      { prefix: 'wms', path: folder('../migrations') },
    ],
  })
  const { db } = database.connect<Tables>(8)
  return { database, db }
}

/** The inventory server over HTTP with its demo data; `replica` starts another one on the same database. */
export async function openInventory() {
  const authority = await signingAuthority()
  const { database, db } = await openDatabase()
  await db.transaction().execute(seedDemo)
  const settings = readServiceSettings({
    PUBLIC_URL,
    LOG_LEVEL: 'silent',
    PORT: '0',
    INTERNAL_PORT: '0',
    DATABASE_URL: database.url,
    AUTH_URL: authority.url,
    AUTH_INTERNAL_URL: authority.url,
    SERVICE_KEY: authority.serviceKey,
    CALLS_PER_MINUTE: '100000',
  })
  const apps: ServiceServer['app'][] = []
  const start = async (): Promise<string> => {
    const { app } = await createServiceServer(service, settings)
    apps.push(app)
    return app.listen({ host: '127.0.0.1', port: 0 })
  }
  const address = await start()

  /** Somebody with a token, at this server or at a replica. */
  const account = (sub = 'staff-ops', scope = ALL_SCOPES, at = address) => {
    const token = authority.sign({ sub, scope })
    const post = async (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
      const response = await fetch(at + path, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await token}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
        body: JSON.stringify(body),
      })
      return { status: response.status, body: await response.json() }
    }
    return {
      call: (tool: string, args: Record<string, unknown> = {}) => post(`/wms/tools/${tool}`, args),
      // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every method.
      mcp: async (method: string, params: Record<string, unknown> = {}): Promise<any> => {
        const request = { jsonrpc: '2.0', id: 1, method, params }
        const { body } = await post('/wms/mcp', request, { 'mcp-protocol-version': '2025-11-25' })
        return body.result ?? body.error
      },
    }
  }

  return {
    db,
    account,
    replica: start,
    /** What work beside requests gets; resources that it announces are collected in `changes`. */
    background: (changes: string[]) => ({
      db,
      log: (apps[0] as ServiceServer['app']).log,
      changed: (...uris: string[]) => void changes.push(...uris),
    }),
    async close() {
      await Promise.all(apps.map((app) => app.close()))
      await authority.close()
      await database.drop()
    },
  }
}

export type Inventory = Awaited<ReturnType<typeof openInventory>>

/** Makes SKUs and warehouses with a supplier for each pair; no stock yet. */
export async function makePlaces(db: Kysely<Tables>, skus: readonly string[], warehouses: readonly string[]) {
  const place = { timezone: 'UTC', latitude: 0, longitude: 0, address: '1 Test Road', cutoff_time: '16:00' }
  await db
    .insertInto('warehouse')
    .values(warehouses.map((id, index) => ({ ...place, id, name: id, region: index % 2 === 0 ? 'east' : 'west' })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const supplier = { id: 'SUP-T', name: 'Test Supply', lead_time_days: 5, currency: 'USD', contact: 'a@b.example' }
  await db
    .insertInto('supplier')
    .values(supplier)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await db
    .insertInto('sku')
    .values(skus.map((id) => ({ id, name: `Article ${id}`, unit_cost_minor: 250, currency: 'USD', weight_g: 100 })))
    .execute()
  const policy = { supplier_id: 'SUP-T', safety_stock: 1, target_level: 20, lead_time_days: 5, review_days: 7 }
  await db
    .insertInto('stock_policy')
    .values(skus.flatMap((sku) => warehouses.map((warehouse_id) => ({ ...policy, sku, warehouse_id }))))
    .execute()
}

/** Puts units on shelves. */
export async function stock(db: Kysely<Tables>, places: readonly (StockPlace & { qty: number })[]): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await lockBalances(trx, places, { create: true })
    const cause = { type: 'adjustment', id: 'opening' } as const
    await book(
      trx,
      places.map((place) => ({ ...place, kind: 'recount', from: 'outside', to: 'available', cause, actor: 'test' })),
    )
  })
}

/** What the ledger check finds; empty when every balance is proved. */
export function differences(db: Kysely<Tables>) {
  return db.selectFrom('stock_differences').selectAll().execute()
}
