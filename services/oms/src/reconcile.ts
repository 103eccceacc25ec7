import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { linesOf } from './order-line.ts'
import type { OrderView } from './reconciliation.ts'
import { shipmentsOf } from './shipment.ts'

export { drawNames, drawsNamed, givenCauses, givenFor } from './reconcile-after-sales.ts'
export { type Difference, parcelDifferences, paymentDifferences, stockDifferences } from './reconciliation.ts'

/** Where an order disagrees with the rows that it follows from. */
export interface OrderDifference {
  order_id: string
  check: string
  expected: string
  found: string
}

/** Where the demand of a SKU on a day disagrees with the lines that were ordered. */
export interface DemandDifference {
  sku: string
  day: string
  ordered: number
  counted: number
}

/** Money that a cancellation or an edit took from an order, or that a return or claim gave back; minor units. */
export interface Drawn {
  source: string
  source_id: string
  used: number
  held: number
}

/** An order of this moment, as it is compared with what other domains say of it. */
export interface OrderBooks extends OrderView {
  drawn: Drawn[]
  /** Store credit that returns and claims have given. */
  credited: Omit<Drawn, 'held'>[]
  /** Parcels that have left while their money was not taken, and no hold says why. */
  unpaidParcels: string[]
  /** A fact of another domain has not taken effect yet. */
  expectsFacts: boolean
}

/** A purchase that was begun; the order exists once it is completed. */
export interface CheckoutBooks {
  id: string
  order_id: string
  state: 'running' | 'requires_action' | 'completed' | 'failed'
}

/** Compares every order with its lines, shipments, holds, entitlements and movements of money. */
export async function orderDifferences(db: Kysely<Tables>): Promise<{ rows: number; differences: OrderDifference[] }> {
  const { rows: differences } = await sql<OrderDifference>`
    select order_id, "check", expected, found from order_differences
    union all select order_id, "check", expected, found from compensation_differences order by order_id`.execute(db)
  const { rows } = await sql<{ count: number }>`select count(*) as count from orders`.execute(db)
  return { rows: rows[0]?.count ?? 0, differences }
}

/** Compares the demand of every SKU and day with the orders of that day. */
export async function demandDifferences(
  db: Kysely<Tables>,
): Promise<{ rows: number; differences: DemandDifference[] }> {
  const { rows: differences } = await sql<DemandDifference>`
    select sku, day, ordered::int, counted::int from demand_differences order by sku, day`.execute(db)
  const { rows } = await sql<{ count: number }>`select count(*) as count from order_line`.execute(db)
  return { rows: rows[0]?.count ?? 0, differences }
}

/** Facts that could not take effect and wait for an operator, or wait for an order that has not come for minutes. */
export async function stuckFacts(db: Kysely<Tables>) {
  const { rows } = await sql<{ id: string; type: string; order_id: string | null; state: string }>`
    select id, type, order_id, state from fact
    where state = 'parked' or (state = 'waiting' and received_at < now() - interval '30 minutes') order by id`.execute(
    db,
  )
  return rows
}

/** Ids of orders, in order. */
export async function orderIds(db: Kysely<Tables>, after: string, limit: number): Promise<string[]> {
  const rows = await db.selectFrom('orders').select('id').where('id', '>', after).orderBy('id').limit(limit).execute()
  return rows.map(({ id }) => id)
}

/** The orders of those ids that exist. */
export async function readOrders(db: Kysely<Tables>, ids: readonly string[]): Promise<Map<string, OrderBooks>> {
  const any = sql<string>`any(${ids})`
  const [orders, lines, shipments, drawn, credited, unpaid, facts] = await Promise.all([
    db.selectFrom('orders').selectAll().where('id', '=', any).execute(),
    linesOf(db, ids),
    shipmentsOf(db, ids),
    drawnOf(db, ids),
    creditedOf(db, ids),
    unpaidParcelsOf(db, ids),
    db.selectFrom('fact').select('order_id').where('order_id', '=', any).where('state', '=', 'waiting').execute(),
  ])
  const linesByOrder = Map.groupBy(lines, ({ order_id }) => order_id)
  const shipmentsByOrder = Map.groupBy(shipments, ({ order_id }) => order_id)
  const drawnByOrder = Map.groupBy(drawn, ({ order_id }) => order_id)
  const unpaidByOrder = Map.groupBy(unpaid, ({ order_id }) => order_id)
  return new Map(
    orders.map((order) => [
      order.id,
      {
        order,
        lines: linesByOrder.get(order.id) ?? [],
        shipments: shipmentsByOrder.get(order.id) ?? [],
        drawn: drawnByOrder.get(order.id) ?? [],
        credited: credited.filter(({ order_id }) => order_id === order.id),
        unpaidParcels: (unpaidByOrder.get(order.id) ?? []).map(({ shipment_ref }) => shipment_ref),
        expectsFacts: facts.some(({ order_id }) => order_id === order.id),
      },
    ]),
  )
}

/** Checkouts whose own id or order id is among the given ones. */
export async function readCheckouts(db: Kysely<Tables>, ids: readonly string[]): Promise<CheckoutBooks[]> {
  const { rows } = await sql<CheckoutBooks>`
    select id, order_id, state from checkout where id = any(${ids}) or order_id = any(${ids})`.execute(db)
  return rows
}

/** The orders that checkouts have come to. */
export async function ordersOfCheckouts(db: Kysely<Tables>, checkoutIds: readonly string[]) {
  return db
    .selectFrom('orders')
    .select(['id', 'checkout_id', 'customer_id', 'currency', 'grand_minor'])
    .where('checkout_id', '=', sql<string>`any(${checkoutIds})`)
    .execute()
}

async function drawnOf(db: Kysely<Tables>, ids: readonly string[]): Promise<(Drawn & { order_id: string })[]> {
  const { rows } = await sql<Drawn & { order_id: string }>`
    select order_id, source, source_id, coalesce(sum(minor) filter (where state = 'used'), 0)::bigint as used,
      coalesce(sum(minor) filter (where state = 'held'), 0)::bigint as held
    from entitlement_draw where order_id = any(${ids}) and source = 'cancel' and state <> 'released'
    group by order_id, source, source_id
    union all
    select paid_order_id, source, source_id, sum(minor)::bigint, 0
    from compensation where paid_order_id = any(${ids}) and kind = 'refund'
    group by paid_order_id, source, source_id having sum(minor) > 0
    union all
    select order_id, 'cancel', source_id, -sum(amount_minor)::bigint, 0
    from adjustment where order_id = any(${ids}) and kind = 'edit'
    group by order_id, source_id having sum(amount_minor) < 0`.execute(db)
  return rows
}

async function creditedOf(db: Kysely<Tables>, ids: readonly string[]) {
  const { rows } = await sql<Omit<Drawn, 'held'> & { order_id: string }>`
    select order_id, source, source_id, sum(minor)::bigint as used from compensation
    where order_id = any(${ids}) and kind = 'store_credit'
    group by order_id, source, source_id having sum(minor) > 0`.execute(db)
  return rows
}

async function unpaidParcelsOf(db: Kysely<Tables>, ids: readonly string[]) {
  const { rows } = await sql<{ order_id: string; shipment_ref: string }>`
    select s.order_id, s.shipment_ref from shipment s join orders o on o.id = s.order_id
    where s.order_id = any(${ids}) and s.status in ('shipped', 'delivered') and s.capture_minor > 0
      and (s.tms_shipment_id is null or s.picked_up_at is not null)
      and o.captured_minor - o.refunded_minor < o.due_minor
      and not exists (select from money_movement m where m.order_id = s.order_id and m.kind = 'captured'
        and m.source = 'shipment' and m.source_id = s.shipment_ref)
      and not exists (select from order_hold h where h.order_id = s.order_id and h.released_at is null)`.execute(db)
  return rows
}
