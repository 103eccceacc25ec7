import type { Day } from '@backroom/calendar'
import { type Kysely, sql } from 'kysely'
import type { LocationKind, Tables } from './database-tables.ts'
import { unknownLot } from './lot.ts'

/** Orders that an answer to people names. */
const MOST_ORDERS = 500

/** A lot number as it is found in the building and at customers; several SKUs may share one. */
export interface LotView {
  lot: string
  skus: { sku: string; expires_on: Day | null; recall_state: 'none' | 'recalled'; received_at: Date }[]
  bins: { sku: string; warehouse: string; location: string; kind: LocationKind; qty: number }[]
  /** Orders that units of it are picked for or have left with, the latest first. */
  orders: { order_ref: string; sku: string; warehouse: string; qty: number; shipped: boolean }[]
}

/**
 * @throws {BusinessError} not_found
 */
export async function describeLot(db: Kysely<Tables>, lot: string, mostOrders = MOST_ORDERS): Promise<LotView> {
  const skus = await db
    .selectFrom('lot')
    .select(['sku', 'expires_on', 'recall_state', 'received_at'])
    .where('lot_no', '=', lot)
    .orderBy('sku')
    .execute()
  if (skus.length === 0) throw unknownLot(lot)
  const { rows: bins } = await sql<LotView['bins'][number]>`
    select b.sku, b.warehouse_id as warehouse, b.location, l.kind, b.qty
    from stock_bin b join location l on l.warehouse_id = b.warehouse_id and l.code = b.location
    where b.sku = any(${skus.map(({ sku }) => sku)}) and b.lot = ${lot}
    order by b.sku, b.warehouse_id, b.location`.execute(db)
  const { rows: orders } = await sql<LotView['orders'][number]>`
    select order_ref, sku, warehouse, sum(qty)::integer as qty, shipped from (
      select u.id, u.order_ref, u.sku, u.warehouse_id as warehouse, u.qty,
        coalesce(s.status = 'handed_over', false) as shipped
      from picked_units u left join package p on p.id = u.package_id left join shipment s on s.ref = p.shipment_ref
      where u.lot = ${lot}) u
    group by order_ref, sku, warehouse, shipped order by max(id) desc limit ${mostOrders}`.execute(db)
  return { lot, skus, bins, orders }
}

/** Up to 20 lot numbers that start with what was typed. */
export async function completeLot(db: Kysely<Tables>, typed: string): Promise<string[]> {
  const rows = await db
    .selectFrom('lot')
    .select('lot_no')
    .distinct()
    .where('lot_no', '>=', typed)
    .where('lot_no', '<', `${typed}\u{10ffff}`)
    .orderBy('lot_no')
    .limit(20)
    .execute()
  return rows.map(({ lot_no }) => lot_no)
}
