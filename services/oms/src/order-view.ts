import { type Kysely, type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import type { Tables } from './database-tables.ts'
import { returnableUnits } from './entitlement.ts'
import { type FulfillmentLine, type FulfillmentOrder, fulfillmentOrdersOf } from './fulfillment.ts'
import { type Hold, openHolds } from './hold.ts'
import { notesOf } from './note.ts'
import type { Order } from './order.ts'
import { allowedActions } from './order-actions.ts'
import { linesOf, type OrderLine } from './order-line.ts'
import type {
  FulfillmentOrderShape,
  HoldShape,
  OrderLineShape,
  OrderShape,
  OrderSummary,
  ShipmentShape,
} from './shapes.ts'
import { type Shipment, type ShipmentLine, shipmentLinesOf, shipmentsOf } from './shipment.ts'
import { everything, type Viewer } from './viewer.ts'

export type OrderDetails = z.input<typeof OrderShape>

/** What a reader wants to see besides. */
export const includable = ['fulfillment_orders', 'notes'] as const
export type Include = (typeof includable)[number]

/** An order as a list shows it. */
export function summaryOf(order: Order): z.input<typeof OrderSummary> {
  return {
    order_id: order.id,
    number: order.number,
    status: order.status,
    payment_status: order.payment_status,
    fulfillment_status: order.fulfillment_status,
    return_status: order.return_status,
    customer_id: order.customer_id,
    currency: order.currency,
    totals: {
      subtotal_minor: order.subtotal_minor,
      discount_minor: order.discount_minor,
      shipping_minor: order.shipping_minor,
      tax_minor: order.tax_minor,
      grand_minor: order.grand_minor,
      due_minor: order.due_minor,
    },
    placed_at: order.placed_at.toISOString(),
    promised_by: order.promised_by,
    version: order.version,
  }
}

/** One order with everything that the viewer may see of it. */
export async function describeOrder(
  db: Kysely<Tables>,
  order: Order,
  viewer: Viewer = everything,
  include: readonly Include[] = [],
): Promise<OrderDetails> {
  const [described] = await describeOrders(db, [order], viewer, include)
  return described as OrderDetails
}

/** Orders with everything, in the given order; as many statements as for one. */
export async function describeOrders(
  db: Kysely<Tables>,
  orders: readonly Order[],
  viewer: Viewer = everything,
  include: readonly Include[] = [],
): Promise<OrderDetails[]> {
  const ids = orders.map(({ id }) => id)
  const lines = Map.groupBy(await linesOf(db, ids), ({ order_id }) => order_id)
  const returnable = await returnableUnits(db, ids)
  const holds = Map.groupBy(await openHolds(db, ids), ({ order_id }) => order_id)
  const shipments = Map.groupBy(await shipmentsOf(db, ids), ({ order_id }) => order_id)
  const refs = [...shipments.values()].flat().map(({ shipment_ref }) => shipment_ref)
  const contents = Map.groupBy(await shipmentLinesOf(db, refs), ({ shipment_ref }) => shipment_ref)
  const adjustments = Map.groupBy(await adjustmentsOf(db, ids), ({ order_id }) => order_id)
  const tasks = include.includes('fulfillment_orders')
    ? Map.groupBy(await fulfillmentOrdersOf(db, ids), ({ order_id }) => order_id)
    : undefined
  const notes = include.includes('notes')
    ? Map.groupBy(await notesOf(db, ids, viewer), ({ order_id }) => order_id)
    : undefined
  return orders.map((order) => {
    const own = lines.get(order.id) ?? []
    const held = holds.get(order.id) ?? []
    return {
      ...summaryOf(order),
      ...termsOf(order),
      lines: own.map((line) => lineShape(line, returnable.get(line.id) ?? 0)),
      holds: held.map(holdShape),
      shipments: (shipments.get(order.id) ?? []).map((shipment) =>
        shipmentShape(shipment, contents.get(shipment.shipment_ref) ?? []),
      ),
      adjustments: (adjustments.get(order.id) ?? []).map(({ kind, qty, amount_minor, reason, at, order_line_id }) => ({
        kind,
        qty,
        amount_minor,
        reason_untrusted: reason,
        at: at.toISOString(),
        order_line_id,
      })),
      allowed_actions: allowedActions({ order, lines: own, holds: held }, viewer),
      ...(tasks ? { fulfillment_orders: (tasks.get(order.id) ?? []).map(fulfillmentOrderShape) } : {}),
      ...(notes
        ? {
            notes: (notes.get(order.id) ?? []).map(({ id, visibility, text, author, created_at }) => ({
              note_id: id,
              visibility,
              text_untrusted: text,
              author,
              created_at: created_at.toISOString(),
            })),
          }
        : {}),
    }
  })
}

/** What a warehouse has to send, as callers see it. */
export function fulfillmentOrderShape(
  task: FulfillmentOrder & { lines: readonly FulfillmentLine[] },
): z.input<typeof FulfillmentOrderShape> {
  return {
    fulfillment_order_id: task.id,
    warehouse: task.warehouse,
    status: task.status,
    ship_by: task.ship_by.toISOString(),
    lines: task.lines.map(({ fulfillment_order_id: _, ...line }) => line),
  }
}

/** A hold as callers see it. */
export function holdShape({ id, kind, reason, placed_at }: Hold): z.input<typeof HoldShape> {
  return { hold_id: id, kind, reason_untrusted: reason, placed_at: placed_at.toISOString() }
}

function termsOf(order: Order) {
  return {
    channel: order.channel,
    source: order.source,
    ship_by: order.ship_by.toISOString(),
    region: order.region,
    checkout_id: order.checkout_id,
    coupon_code: order.coupon_code,
    shipping_option: order.shipping_option,
    payment: {
      payment_id: order.payment_id,
      method: order.payment_method,
      authorized_minor: order.authorized_minor,
      captured_minor: order.captured_minor,
      voided_minor: order.voided_minor,
      refunded_minor: order.refunded_minor,
    },
    ship_to_untrusted: order.ship_to,
    backordered: order.backordered,
    cancelled_at: order.cancelled_at?.toISOString() ?? null,
    cancel_reason_untrusted: order.cancel_reason,
  }
}

function lineShape(row: OrderLine, qtyReturnable: number): z.input<typeof OrderLineShape> {
  const { id, order_id: _, placed_at: __, demand_warehouse: ___, backorder_until, ...line } = row
  return {
    order_line_id: id,
    ...line,
    qty_returnable: qtyReturnable,
    ...(backorder_until === null ? {} : { backorder_until }),
  }
}

function shipmentShape(shipment: Shipment, lines: readonly ShipmentLine[]): z.input<typeof ShipmentShape> {
  const { shipment_ref, warehouse, status, carrier, tracking } = shipment
  const units = Map.groupBy(lines, ({ sku }) => sku)
  return {
    shipment_ref,
    warehouse,
    status,
    carrier,
    tracking,
    packed_at: shipment.packed_at?.toISOString() ?? null,
    shipped_at: shipment.shipped_at?.toISOString() ?? null,
    delivered_at: shipment.delivered_at?.toISOString() ?? null,
    lines: [...units].map(([sku, same]) => ({ sku, qty: same.reduce((sum, { qty }) => sum + qty, 0) })),
  }
}

function adjustmentsOf(db: Kysely<Tables>, ids: readonly string[]): Promise<Selectable<Tables['adjustment']>[]> {
  return db
    .selectFrom('adjustment')
    .selectAll()
    .where('order_id', '=', sql<string>`any(${ids})`)
    .orderBy('at')
    .orderBy('id')
    .execute()
}
