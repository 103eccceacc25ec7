import { type Kysely, sql } from 'kysely'
import type { FulfillmentStatus, PaymentStatus, ReturnStatus, Tables } from './database-tables.ts'
import type { Order } from './order.ts'

/** Amounts of one order in minor units. */
export interface MoneyFacts {
  due: number
  authorized: number
  captured: number
  voided: number
  refunded: number
  disputeOpen: boolean
}

/** Units of one order, all lines together. */
export interface UnitFacts {
  current: number
  shipped: number
  delivered: number
  returned: number
  /** Units in shipments that could not be delivered. */
  undeliverable: number
  /** Somebody asked for a return that has not ended. */
  returnOpen: boolean
}

/** How far the money of an order is. An open dispute hides everything else; a dispute is not a payment state of its own. */
export function paymentStatusOf({
  due,
  authorized,
  captured,
  voided,
  refunded,
  disputeOpen,
}: MoneyFacts): PaymentStatus {
  if (disputeOpen) return 'disputed'
  if (captured > 0) {
    const kept = captured - refunded
    if (kept <= 0) return 'refunded'
    if (kept > due) return 'overcharged'
    if (refunded > 0) return 'partially_refunded'
    return kept === due ? 'captured' : 'partially_captured'
  }
  return authorized > voided ? 'authorized' : 'none'
}

/** How far the goods of an order are. */
export function fulfillmentStatusOf({ current, shipped, delivered, undeliverable }: UnitFacts): FulfillmentStatus {
  if (shipped === 0) return 'unfulfilled'
  if (delivered === current) return 'delivered'
  if (delivered > 0) return 'partially_delivered'
  if (undeliverable === shipped) return 'failed'
  return shipped === current ? 'shipped' : 'partially_shipped'
}

/** How far the return of an order is. */
export function returnStatusOf({ current, returned, returnOpen }: UnitFacts): ReturnStatus {
  if (returned > 0) return returned === current ? 'returned' : 'partial'
  return returnOpen ? 'requested' : 'none'
}

/** Derives the axes of a locked order afresh after a change of its lines, shipments or money; the version grows by one. */
export async function refreshAxes(db: Kysely<Tables>, orderId: string): Promise<Order> {
  const order = await db.selectFrom('orders').selectAll().where('id', '=', orderId).executeTakeFirstOrThrow()
  const money: MoneyFacts = {
    due: order.due_minor,
    authorized: order.authorized_minor,
    captured: order.captured_minor,
    voided: order.voided_minor,
    refunded: order.refunded_minor,
    disputeOpen: order.dispute_open,
  }
  const units = { ...(await unitsOf(db, orderId)), returnOpen: order.return_open }
  return db
    .updateTable('orders')
    .set({
      payment_status: paymentStatusOf(money),
      fulfillment_status: fulfillmentStatusOf(units),
      return_status: returnStatusOf(units),
      version: order.version + 1,
    })
    .where('id', '=', orderId)
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function unitsOf(db: Kysely<Tables>, orderId: string): Promise<Omit<UnitFacts, 'returnOpen'>> {
  const { rows } = await sql<Omit<UnitFacts, 'returnOpen'>>`
    select sum(qty_current)::integer as current, sum(qty_shipped)::integer as shipped,
      sum(qty_delivered)::integer as delivered, sum(qty_returned)::integer as returned,
      (select coalesce(sum(l.qty), 0)::integer from shipment s join shipment_line l using (shipment_ref)
        where s.order_id = ${orderId} and s.status = 'failed') as undeliverable
    from order_line where order_id = ${orderId}`.execute(db)
  const [units] = rows
  if (!units) throw new Error(`${orderId} has no lines`)
  return units
}
