import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Tables } from './database-tables.ts'
import { assignDemand } from './demand.ts'
import type { Order } from './order.ts'
import { refreshAxes } from './order-axes.ts'
import { linesOf, type OrderLine } from './order-line.ts'

export type FulfillmentOrder = Selectable<Tables['fulfillment_order']>
export type FulfillmentLine = Selectable<Tables['fo_line']>

/** Units that a warehouse has. */
export interface WarehouseUnits {
  warehouse: string
  sku: string
  qty: number
}

/**
 * Gives units of a locked order to warehouses: each warehouse gets one fulfilment order, or more units on the one that it
 * has not begun. `qty_reserved` of the lines follows.
 *
 * @throws {BusinessError} conflict when there are more units than the order still needs
 */
export async function placeUnits(db: Kysely<Tables>, order: Order, units: readonly WarehouseUnits[]): Promise<Order> {
  for (const [warehouse, wanted] of Map.groupBy(units, (each) => each.warehouse)) {
    const id = await openFulfillmentOrder(db, order, warehouse)
    for (const { sku, qty } of wanted) {
      const lines = (await linesOf(db, [order.id])).filter((line) => line.sku === sku)
      const parts = divide(
        lines,
        qty,
        ({ qty_current, qty_shipped, qty_reserved }) => qty_current - qty_shipped - qty_reserved,
      )
      if (!parts) throw tooManyUnits(order, sku, qty)
      for (const { of: line, qty: part } of parts) {
        await addUnits(db, id, line, part)
        await assignDemand(db, order, line, warehouse)
      }
    }
  }
  return refreshAxes(db, order.id)
}

/** Books units that a warehouse has picked for a locked order. What was told before does not count twice: more than is to be sent is ignored. */
export async function pickUnits(
  db: Kysely<Tables>,
  order: Order,
  warehouse: string,
  lines: readonly { sku: string; qty: number }[],
): Promise<Order> {
  for (const { sku, qty } of lines) {
    const live = (await liveLines(db, order.id)).filter((each) => each.sku === sku && each.warehouse === warehouse)
    const room = live.reduce((sum, each) => sum + each.qty - each.qty_picked, 0)
    for (const { of: at, qty: part } of divide(live, Math.min(qty, room), (each) => each.qty - each.qty_picked) ?? []) {
      await db
        .updateTable('fo_line')
        .set({ qty_picked: at.qty_picked + part })
        .where('fulfillment_order_id', '=', at.fulfillment_order_id)
        .where('order_line_id', '=', at.order_line_id)
        .execute()
      await settleStatus(db, at.fulfillment_order_id)
    }
  }
  return refreshAxes(db, order.id)
}

/** What the warehouses have to send, or sent, for the orders, with the units. */
export async function fulfillmentOrdersOf(db: Kysely<Tables>, orderIds: readonly string[]) {
  const orders = await db
    .selectFrom('fulfillment_order')
    .selectAll()
    .where('order_id', '=', sql<string>`any(${orderIds})`)
    .orderBy('id')
    .execute()
  const lines = await db
    .selectFrom('fo_line')
    .selectAll()
    .where('fulfillment_order_id', '=', sql<string>`any(${orders.map(({ id }) => id)})`)
    .orderBy('order_line_id')
    .execute()
  return orders.map((order) => ({ ...order, lines: lines.filter((line) => line.fulfillment_order_id === order.id) }))
}

/** A line that a warehouse still has to send; `qty_packed` units of it are in parcels, those that have left included. */
export type LiveLine = FulfillmentLine & { warehouse: string; qty_packed: number }

/** Lines that warehouses still have to send for an order, oldest fulfilment order first. */
export async function liveLines(db: Kysely<Tables>, orderId: string): Promise<LiveLine[]> {
  const { rows } = await sql<LiveLine>`
    select l.*, f.warehouse, (select coalesce(sum(s.qty), 0)::integer from shipment_line s
        where s.fulfillment_order_id = l.fulfillment_order_id and s.order_line_id = l.order_line_id) as qty_packed
    from fulfillment_order f join fo_line l on l.fulfillment_order_id = f.id
    where f.order_id = ${orderId} and f.status in ('open', 'picking', 'packed')
    order by f.id, l.order_line_id`.execute(db)
  return rows
}

/** Brings the status of a fulfilment order in line with its units. */
export async function settleStatus(db: Kysely<Tables>, id: string): Promise<FulfillmentOrder> {
  const { rows } = await sql<FulfillmentOrder>`
    update fulfillment_order f set version = version + 1, status = case
        when t.qty = 0 then 'cancelled'
        when t.shipped = t.qty then 'shipped'
        when t.packed >= t.qty then 'packed'
        when t.picked > 0 or t.packed > 0 then 'picking'
        else 'open' end
    from (select sum(l.qty) as qty, sum(l.qty_shipped) as shipped, sum(l.qty_picked) as picked,
        (select coalesce(sum(qty), 0) from shipment_line where fulfillment_order_id = ${id}) as packed
      from fo_line l where l.fulfillment_order_id = ${id}) t
    where f.id = ${id} returning f.*`.execute(db)
  return rows[0] as FulfillmentOrder
}

/**
 * Divides a quantity over what has room, in order.
 *
 * @returns undefined when there is not room enough
 */
export function divide<Of>(
  all: readonly Of[],
  qty: number,
  roomOf: (each: Of) => number,
): { of: Of; qty: number }[] | undefined {
  const parts: { of: Of; qty: number }[] = []
  let left = qty
  for (const of of all) {
    const part = Math.min(left, roomOf(of))
    if (part > 0) parts.push({ of, qty: part })
    left -= Math.max(part, 0)
  }
  return left === 0 ? parts : undefined
}

async function openFulfillmentOrder(db: Kysely<Tables>, order: Order, warehouse: string): Promise<string> {
  const open = await db
    .selectFrom('fulfillment_order')
    .select('id')
    .where('order_id', '=', order.id)
    .where('warehouse', '=', warehouse)
    .where('status', '=', 'open')
    .orderBy('id')
    .executeTakeFirst()
  return open?.id ?? (await insertFulfillmentOrder(db, order, warehouse, order.ship_by)).id
}

/** A new fulfilment order of a warehouse, with no units yet. */
export function insertFulfillmentOrder(
  db: Kysely<Tables>,
  order: Order,
  warehouse: string,
  shipBy: Date,
): Promise<FulfillmentOrder> {
  return db
    .insertInto('fulfillment_order')
    .values({ id: `ful_${ulid()}`, order_id: order.id, warehouse, status: 'open', ship_by: shipBy })
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function addUnits(db: Kysely<Tables>, id: string, line: OrderLine, qty: number): Promise<void> {
  await db
    .insertInto('fo_line')
    .values({ fulfillment_order_id: id, order_line_id: line.id, sku: line.sku, qty })
    .onConflict((conflict) =>
      conflict
        .columns(['fulfillment_order_id', 'order_line_id'])
        .doUpdateSet((of) => ({ qty: of('fo_line.qty', '+', qty) })),
    )
    .execute()
  await db
    .updateTable('order_line')
    .set((of) => ({ qty_reserved: of('qty_reserved', '+', qty) }))
    .where('id', '=', line.id)
    .execute()
}

function tooManyUnits(order: Order, sku: string, qty: number): BusinessError {
  return new BusinessError('conflict', `${order.number} does not need ${qty} more units of ${sku}.`, {
    details: { sku, qty },
  })
}
