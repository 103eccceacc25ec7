import { randomUUID } from 'node:crypto'
import { DAY_MS } from '@backroom/calendar'
import type { Tables } from '@backroom/oms/tables'
import type { Kysely } from 'kysely'
import { ulid } from 'ulid'
import type { DrawnUnits } from '../src/opening.ts'
import type { SoldOrder } from '../src/sold-order.ts'

/** A line of an order that was sold and, as far as nothing else is said, delivered. */
export interface SoldUnits {
  sku: string
  qty: number
  paidMinor: number
  delivered?: number
}

const standard = { code: 'standard', title: 'Standard delivery', days_min: 3, days_max: 5 }
let orders = 0

/** Writes an order of a customer of its own that was shipped from a warehouse and delivered some days ago, with its entitlements. */
export async function sell(
  db: Kysely<Tables>,
  lines: readonly SoldUnits[],
  { customerId = `cust-${ulid()}`, deliveredDaysAgo = 3, warehouse = 'WH-1', region = 'west' } = {},
) {
  const orderId = `ord_${ulid()}`
  const number = `ORD-TEST-${Date.now()}-${++orders}`
  const placedAt = new Date(Date.now() - (deliveredDaysAgo + 3) * DAY_MS)
  const deliveredAt = new Date(Date.now() - deliveredDaysAgo * DAY_MS)
  const paid = lines.reduce((sum, { paidMinor }) => sum + paidMinor, 0)
  const rows = lines.map((line, index) => ({ ...line, id: `oln_${ulid()}`, line: index + 1 }))
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('customer')
      .values({ id: customerId, email: null, name: null })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    await trx
      .insertInto('orders')
      .values({
        ...{ id: orderId, number, channel: 'test', source: 'cart', customer_id: customerId, status: 'completed' },
        ...{ currency: 'USD', subtotal_minor: paid, discount_minor: 0, shipping_minor: 0, tax_minor: 0 },
        ...{ grand_minor: paid, due_minor: paid, captured_minor: paid, authorized_minor: paid },
        ...{ payment_id: `pay_${randomUUID()}`, payment_method: 'pm_sim_visa', region },
        fulfillment_status: 'delivered',
        shipping_option: JSON.stringify(standard),
        ship_to: JSON.stringify({
          ...{ name: 'Test Person', line1: '1 Test Road', city: 'Portland', region: 'OR' },
          ...{ postal_code: '97201', country: 'US' },
        }),
        placed_at: placedAt,
        ship_by: placedAt,
        promised_by: deliveredAt.toISOString().slice(0, 10),
      })
      .execute()
    for (const { id, line, sku, qty, paidMinor, delivered = qty } of rows) {
      const unit = Math.floor(paidMinor / qty)
      await trx
        .insertInto('order_line')
        .values({
          ...{
            id,
            order_id: orderId,
            line,
            placed_at: placedAt,
            sku,
            product_id: `prod-${sku}`,
            title: `Article ${sku}`,
          },
          ...{ qty_ordered: qty, qty_shipped: qty, qty_delivered: delivered, unit_minor: unit },
          ...{ discount_minor: 0, shipping_minor: 0, tax_minor: paidMinor - unit * qty, paid_minor: paidMinor },
        })
        .execute()
      await trx
        .insertInto('entitlement')
        .values({ order_line_id: id, compensable_qty: qty, compensable_minor: paidMinor })
        .execute()
    }
    await trx
      .insertInto('fulfillment_order')
      .values({ id: `ful_${orderId}`, order_id: orderId, warehouse, status: 'shipped', ship_by: placedAt })
      .execute()
    const parts = rows.map(({ id, sku, qty }) => ({
      ...{ fulfillment_order_id: `ful_${orderId}`, order_line_id: id, sku, qty },
    }))
    await trx
      .insertInto('fo_line')
      .values(parts.map((part) => ({ ...part, qty_picked: part.qty, qty_shipped: part.qty })))
      .execute()
    const shipmentRef = `shp_${orderId}`
    await trx
      .insertInto('shipment')
      .values({
        ...{ shipment_ref: shipmentRef, order_id: orderId, warehouse, status: 'delivered' },
        ...{ packed_at: placedAt, shipped_at: placedAt, delivered_at: deliveredAt },
      })
      .execute()
    await trx
      .insertInto('shipment_line')
      .values(parts.map((part) => ({ ...part, shipment_ref: shipmentRef })))
      .execute()
  })
  const sold: SoldOrder = {
    ...{ order_id: orderId, number, customer_id: customerId, currency: 'USD', region, status: 'completed' },
    ship_to_untrusted: {},
    lines: rows.map(({ id, sku, qty, paidMinor, delivered = qty }) => ({
      ...{ order_line_id: id, sku, title: `Article ${sku}`, qty_ordered: qty, qty_delivered: delivered },
      ...{ qty_returnable: delivered, paid_minor: paidMinor },
    })),
    shipments: [
      {
        ...{ shipment_ref: `shp_${orderId}`, warehouse, carrier: null, tracking: null },
        ...{ delivered_at: deliveredAt.toISOString(), lines: rows.map(({ sku, qty }) => ({ sku, qty })) },
      },
    ],
  }
  return { orderId, number, customerId, sold, lines: rows.map(({ id, sku }) => ({ order_line_id: id, sku })) }
}

/** What a line has left to compensate, and what was taken from it. */
export async function entitlementOf(db: Kysely<Tables>, orderLineId: string) {
  const { taken_qty, taken_minor } = await db
    .selectFrom('entitlement')
    .selectAll()
    .where('order_line_id', '=', orderLineId)
    .executeTakeFirstOrThrow()
  return [taken_qty, taken_minor]
}

/** Takes units of a line for a return, as the orders server does: whoever takes the last ones takes the rest of the money. */
export async function drawFor(
  db: Kysely<Tables>,
  { order_id }: SoldOrder,
  orderLineId: string,
  { number, qty }: { number: string; qty: number },
): Promise<DrawnUnits> {
  const line = await db
    .selectFrom('entitlement')
    .innerJoin('order_line', 'order_line.id', 'entitlement.order_line_id')
    .select(['compensable_qty', 'compensable_minor', 'taken_qty', 'taken_minor', 'paid_minor', 'qty_ordered'])
    .where('order_line_id', '=', orderLineId)
    .executeTakeFirstOrThrow()
  const isLast = line.compensable_qty - line.taken_qty === qty
  const minor = isLast
    ? line.compensable_minor - line.taken_minor
    : qty * Math.floor(line.paid_minor / line.qty_ordered)
  await db
    .updateTable('entitlement')
    .set({ taken_qty: line.taken_qty + qty, taken_minor: line.taken_minor + minor })
    .where('order_line_id', '=', orderLineId)
    .execute()
  const draw = { id: `ent_${ulid()}`, order_id, order_line_id: orderLineId, qty, minor, drawn_by: 'rma' }
  await db
    .insertInto('entitlement_draw')
    .values({ ...draw, source: 'rma', source_id: number })
    .execute()
  return { draw_id: draw.id, qty, minor }
}
