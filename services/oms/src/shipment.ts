import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { divide, liveLines, settleStatus } from './fulfillment.ts'
import type { Order } from './order.ts'
import { refreshAxes } from './order-axes.ts'
import { amountToShip, linesOf } from './order-line.ts'

export type Shipment = Selectable<Tables['shipment']>
export type ShipmentLine = Selectable<Tables['shipment_line']>

/** Goods that leave a warehouse together. */
export interface Parcel {
  shipmentRef: string
  warehouse: string
  lines: readonly { sku: string; qty: number }[]
  at: Date | string
}

/**
 * Books what a warehouse has packed for a locked order. The same shipment again changes nothing.
 *
 * @throws {BusinessError} conflict for units that the warehouse was not to send
 */
export async function packShipment(db: Kysely<Tables>, order: Order, parcel: Parcel): Promise<Shipment> {
  const existing = await findShipment(db, parcel.shipmentRef)
  if (existing) return existing
  return insertShipment(db, order, parcel)
}

/**
 * Books that a shipment of a locked order has left: units of its lines and fulfilment orders, and what is to be captured
 * for it. Booked once; a shipment that nobody told of when it was packed is made here.
 *
 * @returns the order as it is now, and the shipment with `capture_minor`
 * @throws {BusinessError} conflict for units that the warehouse was not to send
 */
export async function applyShipment(
  db: Kysely<Tables>,
  order: Order,
  parcel: Parcel & { carrier?: string | undefined; tracking?: string | undefined },
): Promise<{ order: Order; shipment: Shipment }> {
  const packed = await packShipment(db, order, parcel)
  if (packed.status !== 'packed') return { order, shipment: packed }
  const units = await shipmentLinesOf(db, [packed.shipment_ref])
  const lines = await linesOf(db, [order.id])
  let capture = 0
  for (const [id, parts] of Map.groupBy(units, ({ order_line_id }) => order_line_id)) {
    const line = lines.find((each) => each.id === id)
    if (!line) throw new Error(`${packed.shipment_ref} has a line of another order`)
    capture += amountToShip(line, unitsIn(parts))
    await shipLine(db, id, parts)
  }
  const shipment = await db
    .updateTable('shipment')
    .set({
      status: 'shipped',
      shipped_at: parcel.at,
      carrier: parcel.carrier ?? packed.carrier,
      tracking: parcel.tracking ?? packed.tracking,
      capture_minor: capture,
    })
    .where('shipment_ref', '=', packed.shipment_ref)
    .returningAll()
    .executeTakeFirstOrThrow()
  await settleAll(db, units)
  return { order: await refreshAxes(db, order.id), shipment }
}

/** Books that a shipment of a locked order has arrived, once. */
export async function deliverShipment(
  db: Kysely<Tables>,
  order: Order,
  shipmentRef: string,
  at: Date | string,
): Promise<Order> {
  const shipment = await findShipment(db, shipmentRef)
  if (shipment?.order_id !== order.id || shipment.status !== 'shipped') return order
  for (const { order_line_id, qty } of await shipmentLinesOf(db, [shipmentRef])) {
    await db
      .updateTable('order_line')
      .set((of) => ({ qty_delivered: of('qty_delivered', '+', qty) }))
      .where('id', '=', order_line_id)
      .execute()
  }
  await db
    .updateTable('shipment')
    .set({ status: 'delivered', delivered_at: at })
    .where('shipment_ref', '=', shipmentRef)
    .execute()
  return refreshAxes(db, order.id)
}

/**
 * Books that the carrier has taken a shipment of a locked order, once.
 *
 * @returns whether this was news
 */
export async function pickUpShipment(
  db: Kysely<Tables>,
  order: Order,
  shipmentRef: string,
  at: Date | string,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('shipment')
    .set({ picked_up_at: at })
    .where('shipment_ref', '=', shipmentRef)
    .where('order_id', '=', order.id)
    .where('picked_up_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Books that a shipment of a locked order could not be delivered and came back. */
export async function failShipment(db: Kysely<Tables>, order: Order, shipmentRef: string): Promise<Order> {
  await db
    .updateTable('shipment')
    .set({ status: 'failed' })
    .where('shipment_ref', '=', shipmentRef)
    .where('order_id', '=', order.id)
    .where('status', '=', 'shipped')
    .execute()
  return refreshAxes(db, order.id)
}

/** Shipments of the orders, oldest first. */
export function shipmentsOf(db: Kysely<Tables>, orderIds: readonly string[]): Promise<Shipment[]> {
  return db
    .selectFrom('shipment')
    .selectAll()
    .where('order_id', '=', sql<string>`any(${orderIds})`)
    .orderBy('packed_at')
    .orderBy('shipment_ref')
    .execute()
}

/** What is in the shipments. */
export function shipmentLinesOf(db: Kysely<Tables>, shipmentRefs: readonly string[]): Promise<ShipmentLine[]> {
  return db
    .selectFrom('shipment_line')
    .selectAll()
    .where('shipment_ref', '=', sql<string>`any(${shipmentRefs})`)
    .orderBy('shipment_ref')
    .orderBy('order_line_id')
    .execute()
}

/** A shipment as its warehouse names it. */
export function findShipment(db: Kysely<Tables>, shipmentRef: string): Promise<Shipment | undefined> {
  return db.selectFrom('shipment').selectAll().where('shipment_ref', '=', shipmentRef).executeTakeFirst()
}

/** A new shipment takes units that no other parcel holds from the fulfilment orders of its warehouse. */
async function insertShipment(db: Kysely<Tables>, order: Order, parcel: Parcel): Promise<Shipment> {
  const { shipmentRef, warehouse, at } = parcel
  const live = (await liveLines(db, order.id)).filter((line) => line.warehouse === warehouse)
  const parts = parcel.lines.flatMap(({ sku, qty }) => {
    const found = divide(
      live.filter((line) => line.sku === sku),
      qty,
      (line) => line.qty - line.qty_packed,
    )
    if (!found) throw notToSend(order, parcel, sku, qty)
    return found
  })
  const shipment = await db
    .insertInto('shipment')
    .values({ shipment_ref: shipmentRef, order_id: order.id, warehouse, status: 'packed', packed_at: at })
    .returningAll()
    .executeTakeFirstOrThrow()
  await db
    .insertInto('shipment_line')
    .values(
      parts.map(({ of: { fulfillment_order_id, order_line_id, sku }, qty }) => ({
        shipment_ref: shipmentRef,
        fulfillment_order_id,
        order_line_id,
        sku,
        qty,
      })),
    )
    .execute()
  await settleAll(
    db,
    parts.map(({ of }) => of),
  )
  return shipment
}

async function shipLine(db: Kysely<Tables>, orderLineId: string, parts: readonly ShipmentLine[]): Promise<void> {
  for (const { fulfillment_order_id, qty } of parts) {
    await db
      .updateTable('fo_line')
      .set((of) => ({
        qty_shipped: of('qty_shipped', '+', qty),
        qty_picked: of.fn<number>('greatest', ['qty_picked', of('qty_shipped', '+', qty)]),
      }))
      .where('fulfillment_order_id', '=', fulfillment_order_id)
      .where('order_line_id', '=', orderLineId)
      .execute()
  }
  const qty = unitsIn(parts)
  await db
    .updateTable('order_line')
    .set((of) => ({ qty_shipped: of('qty_shipped', '+', qty), qty_reserved: of('qty_reserved', '-', qty) }))
    .where('id', '=', orderLineId)
    .execute()
}

async function settleAll(db: Kysely<Tables>, lines: readonly { fulfillment_order_id: string }[]): Promise<void> {
  for (const id of new Set(lines.map(({ fulfillment_order_id }) => fulfillment_order_id))) await settleStatus(db, id)
}

function unitsIn(lines: readonly { qty: number }[]): number {
  return lines.reduce((sum, { qty }) => sum + qty, 0)
}

function notToSend(order: Order, { shipmentRef, warehouse }: Parcel, sku: string, qty: number): BusinessError {
  return new BusinessError(
    'conflict',
    `${warehouse} has less than ${qty} units of ${sku} to send for ${order.number}, so ${shipmentRef} does not fit.`,
    { details: { shipment_ref: shipmentRef, warehouse, sku, qty } },
  )
}
