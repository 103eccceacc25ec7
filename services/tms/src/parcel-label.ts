import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import type { Label } from './label.ts'

/** What sticks on a parcel. */
export interface ParcelLabel {
  parcel_id: string
  barcode: string
  tracking_no: string
}

/** Writes what a carrier gave each parcel of a label. */
export async function insertParcelLabels(
  db: Kysely<Tables>,
  { id, shipment_id }: Pick<Label, 'id' | 'shipment_id'>,
  given: readonly { barcode: string; trackingNo: string }[],
): Promise<void> {
  await sql`
    insert into parcel_label (tracking_no, label_id, parcel_id)
    select g.tracking_no, ${id}, p.id
    from jsonb_to_recordset(${JSON.stringify(given.map(({ barcode, trackingNo: tracking_no }) => ({ barcode, tracking_no })))}::jsonb)
      as g(barcode text, tracking_no text) join parcel p on p.barcode = g.barcode
    where p.shipment_id = ${shipment_id}`.execute(db)
}

/** What sticks on the parcels of a label, in their order; empty until it is bought. */
export function parcelLabelsOf(db: Kysely<Tables>, labelId: string): Promise<ParcelLabel[]> {
  return db
    .selectFrom('parcel_label')
    .innerJoin('parcel', 'parcel.id', 'parcel_label.parcel_id')
    .select(['parcel.id as parcel_id', 'parcel.barcode', 'parcel_label.tracking_no'])
    .where('parcel_label.label_id', '=', labelId)
    .orderBy('parcel.seq')
    .execute()
}

/**
 * The label with the tracking number of one of its parcels.
 *
 * @throws {BusinessError} not_found
 */
export async function labelByTracking(db: Kysely<Tables>, trackingNo: string): Promise<Label> {
  const row = await db
    .selectFrom('label')
    .innerJoin('parcel_label', 'parcel_label.label_id', 'label.id')
    .selectAll('label')
    .where('parcel_label.tracking_no', '=', trackingNo)
    .executeTakeFirst()
  if (row) return row
  throw new BusinessError('not_found', `No label has the tracking number ${trackingNo}.`, {
    nextActions: [{ tool: 'track_shipment', hint: 'Find it by shipment_id or order_ref.' }],
  })
}

/** Which parcel a carrier means; undefined for a number that it did not give. */
export function parcelByTracking(
  db: Kysely<Tables>,
  { carrier, trackingNo }: { carrier: string; trackingNo: string },
): Promise<{ shipment_id: string; parcel_id: string } | undefined> {
  return db
    .selectFrom('parcel_label')
    .innerJoin('label', 'label.id', 'parcel_label.label_id')
    .select(['label.shipment_id', 'parcel_label.parcel_id'])
    .where('parcel_label.tracking_no', '=', trackingNo)
    .where('label.carrier_id', '=', carrier)
    .executeTakeFirst()
}
