import type { Kysely } from 'kysely'
import { lockClaim } from './claim.ts'
import type { Tables } from './database-tables.ts'
import { note } from './history.ts'
import { identifyCarrier } from './recovery.ts'
import type { TrackedShipment } from './tracked-shipment.ts'

/** Notes who carried the parcel of a claim, and what may be recovered from them; nothing for a claim that is over. */
export async function rememberCarrier(db: Kysely<Tables>, number: string, shipment: TrackedShipment): Promise<void> {
  const claim = await lockClaim(db, number)
  if (claim.carrier || claim.status === 'withdrawn') return
  const { carrier, tracking_no: tracking } = shipment
  const event_on = shipment.delivered_at ?? shipment.promised_by ?? claim.event_on
  const known = await db
    .updateTable('claim')
    .set({ carrier, tracking, event_on })
    .where('id', '=', claim.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await note(db, { claimId: claim.id, type: 'claim.carrier_found', actor: 'claims', data: { carrier } })
  await identifyCarrier(db, known, 'claims')
}
