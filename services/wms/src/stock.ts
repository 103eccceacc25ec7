import { type Kysely, type Selectable, sql } from 'kysely'
import { moveThroughBins } from './bins.ts'
import type { Balance, Bucket, MovementKind, Tables } from './database-tables.ts'

/** A SKU in a warehouse: what one balance row stands for. */
export interface StockPlace {
  sku: string
  warehouse: string
}

/** Units that change their bucket, and why. `outside` is the world: suppliers, customers, the bin. */
export interface Entry extends StockPlace {
  kind: MovementKind
  from: Bucket
  to: Bucket
  qty: number
  cause: { type: CauseType; id: string }
  actor: string
  /** Take units of this lot alone, or bring units of this lot; empty for units of none. */
  lot?: string | undefined
  /** Bin to take from and bin to put into; by default the one that expires first, and where the SKU is kept. */
  takeFrom?: string | undefined
  putTo?: string | undefined
  /** Where it happened; known once the units have moved. */
  location?: string
  reason?: string
}

type CauseType = 'order' | 'purchase_order' | 'adjustment' | 'quarantine' | 'transfer' | 'cycle_count' | 'return'

export type Movement = Selectable<Tables['movement']>

/**
 * Locks the balance rows of the places, always in the same order so that two calls never wait for each other in a
 * circle, and returns them as they are now. Everything that changes stock or reservations locks here first.
 *
 * @param create also makes empty rows for places that hold no stock yet; SKU and warehouse must exist
 */
export async function lockBalances(
  db: Kysely<Tables>,
  places: readonly StockPlace[],
  { create = false } = {},
): Promise<Balance[]> {
  const wanted = JSON.stringify(places.map(({ sku, warehouse }) => ({ sku, warehouse_id: warehouse })))
  if (create) {
    await sql`
      insert into stock_balance (sku, warehouse_id)
      select distinct sku, warehouse_id from json_to_recordset(${wanted}::json) as p (sku text, warehouse_id text)
      order by sku, warehouse_id
      on conflict do nothing`.execute(db)
  }
  const { rows } = await sql<Balance>`
    select * from stock_balance
    where (sku, warehouse_id) in
      (select sku, warehouse_id from json_to_recordset(${wanted}::json) as p (sku text, warehouse_id text))
    order by sku, warehouse_id
    for update`.execute(db)
  return rows
}

/**
 * Books entries in the given order: units move between bins, and each entry becomes a ledger row for each bin it
 * concerns; their sum changes the balances. The balance rows must be locked and hold enough; the database refuses what
 * would make a bucket negative.
 *
 * @throws {BusinessError} not_found and insufficient_stock for the bins that an entry names
 */
export async function book(db: Kysely<Tables>, entries: readonly Entry[]): Promise<Movement[]> {
  if (entries.length === 0) return []
  const exact = await moveThroughBins(db, entries)
  const rows = exact.map((entry, position) => ({
    position,
    sku: entry.sku,
    warehouse_id: entry.warehouse,
    kind: entry.kind,
    from_bucket: entry.from,
    to_bucket: entry.to,
    qty: entry.qty,
    gain: gain(entry),
    lot: entry.lot || null,
    location: entry.location,
    cause_type: entry.cause.type,
    cause_id: entry.cause.id,
    reason: entry.reason,
    actor: entry.actor,
  }))
  const { rows: movements } = await sql<Movement>`
    with entry as (
      select * from json_to_recordset(${JSON.stringify(rows)}::json) as e (
        position integer, sku text, warehouse_id text, kind text, from_bucket text, to_bucket text, qty integer,
        gain integer, lot text, location text, cause_type text, cause_id text, reason text, actor text)
    ), change as (
      select sku, warehouse_id, sum(gain) as on_hand,
        coalesce(sum(qty) filter (where to_bucket = 'reserved'), 0)
          - coalesce(sum(qty) filter (where from_bucket = 'reserved'), 0) as reserved,
        coalesce(sum(qty) filter (where to_bucket = 'picked'), 0)
          - coalesce(sum(qty) filter (where from_bucket = 'picked'), 0) as picked,
        coalesce(sum(qty) filter (where to_bucket = 'quarantined'), 0)
          - coalesce(sum(qty) filter (where from_bucket = 'quarantined'), 0) as quarantined,
        coalesce(sum(qty) filter (where to_bucket = 'damaged'), 0)
          - coalesce(sum(qty) filter (where from_bucket = 'damaged'), 0) as damaged
      from entry group by sku, warehouse_id
    ), balance as (
      update stock_balance b set
        on_hand = b.on_hand + c.on_hand, reserved = b.reserved + c.reserved, picked = b.picked + c.picked,
        quarantined = b.quarantined + c.quarantined, damaged = b.damaged + c.damaged, version = b.version + 1
      from change c where b.sku = c.sku and b.warehouse_id = c.warehouse_id
      returning b.sku, b.warehouse_id, b.on_hand - c.on_hand as before
    )
    insert into movement (sku, warehouse_id, kind, from_bucket, to_bucket, qty, lot, location, cause_type, cause_id,
      reason, actor, balance_after)
    select e.sku, e.warehouse_id, e.kind, e.from_bucket, e.to_bucket, e.qty, e.lot, e.location, e.cause_type,
      e.cause_id, e.reason, e.actor,
      b.before + sum(e.gain) over (partition by e.sku, e.warehouse_id order by e.position)
    from entry e join balance b using (sku, warehouse_id)
    order by e.position
    returning *`.execute(db)
  if (movements.length !== exact.length) throw new Error('An entry names a place without a balance row.')
  return movements
}

/** Changes what suppliers are bringing to the places by the signed quantities. The balance rows must be locked. */
export function expectIncoming(db: Kysely<Tables>, changes: readonly (StockPlace & { qty: number })[]): Promise<void> {
  return expect(db, 'incoming', changes)
}

/** Changes what other warehouses are sending to the places by the signed quantities. The balance rows must be locked. */
export function expectInTransit(db: Kysely<Tables>, changes: readonly (StockPlace & { qty: number })[]): Promise<void> {
  return expect(db, 'in_transit', changes)
}

async function expect(
  db: Kysely<Tables>,
  column: 'incoming' | 'in_transit',
  changes: readonly (StockPlace & { qty: number })[],
): Promise<void> {
  const rows = changes.map(({ sku, warehouse, qty }) => ({ sku, warehouse_id: warehouse, qty }))
  await sql`
    update stock_balance b set ${sql.ref(column)} = b.${sql.ref(column)} + c.qty, version = b.version + 1
    from (
      select sku, warehouse_id, sum(qty) as qty
      from json_to_recordset(${JSON.stringify(rows)}::json) as r (sku text, warehouse_id text, qty integer)
      group by sku, warehouse_id
    ) c
    where b.sku = c.sku and b.warehouse_id = c.warehouse_id`.execute(db)
}

function gain({ from, to, qty }: Entry): number {
  if (from === 'outside') return qty
  return to === 'outside' ? -qty : 0
}
