import type { DomainName } from '@backroom/access'
import { type DomainServer, domainDatabase, type RestAnswer, startDomainService } from '@backroom/fleet-testing'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../src/database-tables.ts'
import { seedDemo } from '../src/seed/demo.ts'
import { service } from '../src/service.ts'
import { book, lockBalances, type StockPlace } from '../src/stock.ts'

const ALL_SCOPES = 'wms:read wms:reserve wms:reorder wms:receive wms:adjust wms:transfer wms:fulfil wms:count'

/** An empty database of this service. */
export async function openDatabase() {
  const database = await domainDatabase('wms')
  const { db } = database.connect<Tables>(8)
  return { database, db }
}

/** The inventory server over HTTP, with its demo data unless that is in the way; `replica` is another on the same database. */
export async function openInventory({ demo = true } = {}) {
  const running = await startDomainService({ service, ...(demo ? { seed: seedDemo } : {}) })

  const client = (token: Promise<string>, at: DomainServer<Tables>) => {
    return {
      call: (tool: string, args?: Record<string, unknown>): Promise<RestAnswer> => at.rest(tool, args, { token }),
      // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every method.
      mcp: async (method: string, params?: Record<string, unknown>): Promise<any> => {
        const { result, error } = await at.mcp(method, params, { token })
        return result ?? error
      },
    }
  }

  let keys = 0
  const calls = (who: ReturnType<typeof client>) => ({
    ...who,
    /** A call that is meant once: it has a key of its own. */
    once: (tool: string, args: Record<string, unknown>) =>
      who.call(tool, { ...args, idempotency_key: `once-${++keys}` }),
  })

  /** Somebody with a token, at this server or at a replica. */
  const account = (sub = 'staff-ops', scope = ALL_SCOPES, at: DomainServer<Tables> = running) =>
    calls(client(running.authority.sign({ sub, scope }), at))

  return {
    db: running.db,
    account,
    /** Another server of the fleet. */
    service: (name: DomainName) => calls(client(running.tokenOfService(name), running)),
    replica: () => running.replica(),
    /** What work beside requests gets; resources that it announces are collected in `changes`. */
    background: (changes: string[]) => ({
      db: running.db,
      log: running.app.log,
      changed: (...uris: string[]) => void changes.push(...uris),
    }),
    close: () => running.stop(),
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
export async function stock(
  db: Kysely<Tables>,
  places: readonly (StockPlace & { qty: number; lot?: string; putTo?: string })[],
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await lockBalances(trx, places, { create: true })
    const cause = { type: 'adjustment', id: 'opening' } as const
    const filled = places.filter(({ qty }) => qty > 0)
    await book(
      trx,
      filled.map((place) => ({ ...place, kind: 'recount', from: 'outside', to: 'available', cause, actor: 'test' })),
    )
  })
}

/** Types of the facts about a subject that were reported, in order. */
export async function factsAbout(db: Kysely<Tables>, subject: string): Promise<{ type: string; data: unknown }[]> {
  const { rows } = await sql<{ type: string; data: unknown }>`
    select input ->> 'type' as type, input -> 'data' as data from saga
    where kind = 'report_fact' and subject = ${subject} order by input ->> 'id'`.execute(db)
  return rows
}

/** What the ledger check finds; empty when every balance is proved. */
export function differences(db: Kysely<Tables>) {
  return db.selectFrom('stock_differences').selectAll().execute()
}
