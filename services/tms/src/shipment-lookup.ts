import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import { labelByTracking } from './parcel-label.ts'
import { readShipment, type Shipment } from './shipment.ts'

/** How somebody names a shipment. */
export interface ShipmentName {
  shipment_id?: string | undefined
  tracking_no?: string | undefined
  order_ref?: string | undefined
  shipment_ref?: string | undefined
}

/** Rows that an order without end may have. */
const MOST = 50

/**
 * The shipments that somebody means, the newest first.
 *
 * @throws {BusinessError} not_found; invalid_argument unless exactly one name is given
 */
export async function findShipments(db: Kysely<Tables>, name: ShipmentName): Promise<Shipment[]> {
  const { shipment_id, tracking_no, order_ref, shipment_ref } = name
  const given = Object.values(name).filter((value) => value !== undefined)
  if (given.length !== 1)
    throw new BusinessError('invalid_argument', 'Give one of shipment_id, tracking_no, order_ref and shipment_ref.')
  if (shipment_id !== undefined) return [await readShipment(db, shipment_id)]
  if (tracking_no !== undefined) return [await readShipment(db, (await labelByTracking(db, tracking_no)).shipment_id)]
  const [column, value] =
    order_ref !== undefined ? (['order_ref', order_ref] as const) : (['shipment_ref', shipment_ref ?? ''] as const)
  const rows = await db
    .selectFrom('shipment')
    .selectAll()
    .where(column, '=', value)
    .orderBy('id', 'desc')
    .limit(MOST)
    .execute()
  if (rows.length > 0) return rows
  throw new BusinessError('not_found', `No shipment has the ${column} ${value}.`, {
    details: { [column]: value },
    nextActions: [{ hint: 'Check the reference; a shipment exists once its goods are packed.' }],
  })
}

/** Ids of the latest shipments that start with what was typed. */
export async function completeShipment(db: Kysely<Tables>, typed: string): Promise<string[]> {
  const rows = await db
    .selectFrom('shipment')
    .select('id')
    .where('id', '>=', typed)
    .where('id', '<', `${typed}\u{10ffff}`)
    .orderBy('id', 'desc')
    .limit(20)
    .execute()
  return rows.map(({ id }) => id)
}
