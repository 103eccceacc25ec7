import { dayOf } from '@backroom/calendar'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import type { OrderLine } from './order-line.ts'

/**
 * Counts the lines of an order as demand of the day on which it was placed. Appended, not added up: orders of one hot SKU
 * never wait for each other.
 */
export function recordDemand(
  db: Kysely<Tables>,
  order: { placed_at: Date; region: string },
  lines: readonly OrderLine[],
): Promise<void> {
  return append(
    db,
    order,
    lines.map(({ sku, demand_warehouse, qty_ordered }) => ({ sku, demand_warehouse, qty: qty_ordered, orders: 1 })),
  )
}

/** Takes cancelled units out of the demand again; a line that is cancelled whole counts as no order either. */
export function recordLessDemand(
  db: Kysely<Tables>,
  order: { placed_at: Date; region: string },
  cuts: readonly { line: OrderLine; qty: number }[],
): Promise<void> {
  return append(
    db,
    order,
    cuts.map(({ line: { sku, demand_warehouse, qty_current }, qty }) => ({
      sku,
      demand_warehouse,
      qty: -qty,
      orders: qty_current === qty ? -1 : 0,
    })),
  )
}

/** Moves the demand of a line to the warehouse that serves it, the first time that one does. */
export async function assignDemand(
  db: Kysely<Tables>,
  order: { placed_at: Date; region: string },
  line: OrderLine,
  warehouse: string,
): Promise<void> {
  if (line.demand_warehouse !== '') return
  await db.updateTable('order_line').set({ demand_warehouse: warehouse }).where('id', '=', line.id).execute()
  const { sku, qty_current } = line
  await append(db, order, [
    { sku, demand_warehouse: '', qty: -qty_current, orders: -1 },
    { sku, demand_warehouse: warehouse, qty: qty_current, orders: 1 },
  ])
}

/** Rows folded at a time; a round that finds more is followed by another. */
export const DEMAND_BATCH = 10_000

/**
 * Adds pending changes to the daily figures. Readers see every change exactly once throughout, and folders in several
 * processes take different rows.
 *
 * @returns how many changes were folded
 */
export async function foldDemand(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ folded: number }>`
    with folded as (
      delete from demand_delta where id = any(
        array(select id from demand_delta order by id limit ${DEMAND_BATCH} for update skip locked))
      returning sku, region, warehouse, day, qty, orders
    ), per_sku as (
      insert into sku_demand_daily as d (sku, region, warehouse, day, qty, orders)
      select sku, region, warehouse, day, sum(qty), sum(orders) from folded
      group by sku, region, warehouse, day order by sku, day, region, warehouse
      on conflict (sku, day, region, warehouse) do update
        set qty = d.qty + excluded.qty, orders = d.orders + excluded.orders
    ), total as (
      insert into demand_daily as d (region, warehouse, day, qty, orders)
      select region, warehouse, day, sum(qty), sum(orders) from folded
      group by region, warehouse, day order by day, region, warehouse
      on conflict (day, region, warehouse) do update
        set qty = d.qty + excluded.qty, orders = d.orders + excluded.orders
    )
    select count(*)::integer as folded from folded`.execute(db)
  return rows[0]?.folded ?? 0
}

interface DemandChange {
  sku: string
  demand_warehouse: string
  qty: number
  orders: number
}

async function append(
  db: Kysely<Tables>,
  { placed_at, region }: { placed_at: Date; region: string },
  changes: readonly DemandChange[],
): Promise<void> {
  if (changes.length === 0) return
  await db
    .insertInto('demand_delta')
    .values(
      changes.map(({ sku, demand_warehouse: warehouse, qty, orders }) => ({
        sku,
        region,
        warehouse,
        day: dayOf(placed_at),
        qty,
        orders,
      })),
    )
    .execute()
}
