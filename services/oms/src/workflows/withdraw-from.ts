import { enqueue } from '@backroom/workflows'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { divide, liveLines, settleStatus } from '../fulfillment.ts'
import { withdrawUnits } from '../fulfillment-withdrawal.ts'
import type { Order } from '../order.ts'
import { withdrawParcel } from './withdraw-parcel.ts'

/**
 * Takes units of a SKU of a locked order away from the warehouse that was to send them, as many as it has.
 *
 * @returns how many those were
 */
export async function withdrawFrom(
  db: Kysely<Tables>,
  order: Order,
  { warehouse, sku, qty }: { warehouse: string; sku: string; qty: number },
): Promise<number> {
  const live = (await liveLines(db, order.id)).filter((line) => line.sku === sku && line.warehouse === warehouse)
  const room = live.reduce((sum, line) => sum + line.qty - line.qty_shipped, 0)
  const units = Math.min(qty, room)
  for (const { of: line, qty: part } of divide(live, units, (each) => each.qty - each.qty_shipped) ?? [])
    await withdrawUnits(db, { id: line.order_line_id, sku, order_id: order.id }, part, warehouse)
  await dropOverpacked(db, order.id)
  return units
}

/**
 * Forgets parcels that hold more than is still to be sent: the warehouse unpacks them, and tells afresh what leaves.
 */
export async function dropOverpacked(db: Kysely<Tables>, orderId: string): Promise<void> {
  const { rows } = await sql<{ shipment_ref: string; fulfillment_order_id: string }>`
    delete from shipment_line where shipment_ref in (
      select s.shipment_ref from shipment s join shipment_line l using (shipment_ref)
      join fo_line f on f.fulfillment_order_id = l.fulfillment_order_id and f.order_line_id = l.order_line_id
      where s.order_id = ${orderId} and s.status = 'packed' and l.qty > f.qty - f.qty_shipped)
    returning shipment_ref, fulfillment_order_id`.execute(db)
  await db
    .deleteFrom('shipment')
    .where('shipment_ref', '=', sql<string>`any(${rows.map(({ shipment_ref }) => shipment_ref)})`)
    .where('tms_shipment_id', 'is', null)
    .execute()
  await withdrawEmpty(db, orderId)
  for (const id of new Set(rows.map(({ fulfillment_order_id }) => fulfillment_order_id))) await settleStatus(db, id)
}

/** Takes parcels with nothing left in them back from logistics. */
async function withdrawEmpty(db: Kysely<Tables>, orderId: string): Promise<void> {
  const empty = await db
    .deleteFrom('shipment')
    .where('order_id', '=', orderId)
    .where('status', '=', 'packed')
    .where('tms_shipment_id', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('shipment_line')
            .select('sku')
            .whereRef('shipment_line.shipment_ref', '=', 'shipment.shipment_ref'),
        ),
      ),
    )
    .returning(['shipment_ref', 'tms_shipment_id'])
    .execute()
  for (const { shipment_ref: shipmentRef, tms_shipment_id: tmsShipmentId } of empty) {
    if (tmsShipmentId === null) continue
    await enqueue(db, withdrawParcel, {
      id: `withdraw:${tmsShipmentId}`,
      subject: orderId,
      startedBy: 'orders',
      partition: orderId,
      input: { orderId, shipmentRef, tmsShipmentId },
    })
  }
}
