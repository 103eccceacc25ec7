import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import { requireDepot } from './depot.ts'
import type { Consignment } from './rates.ts'
import { parcelsOf, type Shipment } from './shipment.ts'

/** A shipment as carriers price it. */
export async function consignmentOf(db: Kysely<Tables>, shipment: Shipment): Promise<Consignment> {
  const { id, depot_id, latitude, longitude } = shipment
  const parcels = await parcelsOf(db, [id])
  return {
    depot: await requireDepot(db, depot_id),
    place: latitude === null || longitude === null ? undefined : { latitude, longitude },
    parcels: parcels.map(({ weight_g, volume_cm3 }) => ({ weightG: weight_g, volumeCm3: volume_cm3 })),
  }
}
