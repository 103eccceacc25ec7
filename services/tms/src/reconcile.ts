import { type Kysely, sql } from 'kysely'
import type { ShipmentStatus, Tables } from './database-tables.ts'

/** A shipment on its way to a customer, as it is compared with the order's parcel. */
export interface ShipmentBooks {
  id: string
  order_ref: string
  shipment_ref: string | null
  status: ShipmentStatus
}

/** What is on its way, or was, for the orders. */
export async function shipmentsFor(
  db: Kysely<Tables>,
  orderRefs: readonly string[],
): Promise<Map<string, ShipmentBooks[]>> {
  const { rows } = await sql<ShipmentBooks>`
    select id, order_ref, shipment_ref, status from shipment
    where order_ref = any(${orderRefs}) and direction = 'outbound' order by id`.execute(db)
  return Map.groupBy(rows, ({ order_ref }) => order_ref)
}
