import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { divide, type LiveLine, liveLines, settleStatus } from './fulfillment.ts'
import type { OrderLine } from './order-line.ts'

/**
 * Takes units of one line of a locked order away from the warehouses that were to send them, those that have not picked
 * them first. `warehouse` limits it to one.
 */
export async function withdrawUnits(
  db: Kysely<Tables>,
  line: Pick<OrderLine, 'id' | 'sku' | 'order_id'>,
  qty: number,
  warehouse?: string,
): Promise<void> {
  const live = (await liveLines(db, line.order_id)).filter(
    (each) => each.order_line_id === line.id && (warehouse === undefined || each.warehouse === warehouse),
  )
  live.sort((a, b) => a.qty_picked - b.qty_picked)
  const parts = divide(live, qty, (each) => each.qty - each.qty_shipped)
  if (!parts) throw new BusinessError('conflict', `Warehouses have less than ${qty} units of ${line.sku} to send.`)
  for (const { of: from, qty: part } of parts) await takeUnits(db, from, part)
  await db
    .updateTable('order_line')
    .set((of) => ({ qty_reserved: of('qty_reserved', '-', qty) }))
    .where('id', '=', line.id)
    .execute()
}

/** Units that are in a parcel already come out of it last. */
async function takeUnits(db: Kysely<Tables>, from: LiveLine, qty: number): Promise<void> {
  const left = from.qty - qty
  if (from.qty_packed > left) await unpack(db, from, from.qty_packed - left)
  await db
    .updateTable('fo_line')
    .set({ qty: left, qty_picked: Math.min(from.qty_picked, left) })
    .where('fulfillment_order_id', '=', from.fulfillment_order_id)
    .where('order_line_id', '=', from.order_line_id)
    .execute()
  await settleStatus(db, from.fulfillment_order_id)
}

async function unpack(
  db: Kysely<Tables>,
  { fulfillment_order_id, order_line_id }: LiveLine,
  qty: number,
): Promise<void> {
  const packed = await db
    .selectFrom('shipment_line')
    .innerJoin('shipment', 'shipment.shipment_ref', 'shipment_line.shipment_ref')
    .select(['shipment.shipment_ref', 'qty'])
    .where('fulfillment_order_id', '=', fulfillment_order_id)
    .where('order_line_id', '=', order_line_id)
    .where('status', '=', 'packed')
    .orderBy('shipment.shipment_ref', 'desc')
    .execute()
  for (const { of: parcel, qty: part } of divide(packed, qty, (each) => each.qty) ?? []) {
    await sql`
      with emptied as (delete from shipment_line where shipment_ref = ${parcel.shipment_ref}
        and fulfillment_order_id = ${fulfillment_order_id} and order_line_id = ${order_line_id} and qty = ${part})
      update shipment_line set qty = qty - ${part} where shipment_ref = ${parcel.shipment_ref}
        and fulfillment_order_id = ${fulfillment_order_id} and order_line_id = ${order_line_id} and qty > ${part}`.execute(
      db,
    )
  }
}
