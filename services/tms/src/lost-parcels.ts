import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { openException } from './exception.ts'
import { report } from './facts.ts'
import { lockShipment, movingStatuses, updateShipment } from './shipment.ts'

const ROUND = 50

/**
 * Reports shipments under way that nobody has scanned for as long as their carrier's row says, each once.
 *
 * @returns their ids
 */
export async function reportLost(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select s.id from shipment s join carrier c on c.id = s.carrier_id
    where s.status = any(${movingStatuses}) and s.lost_reported_at is null
      and s.last_scan_at < now() - make_interval(secs => c.lost_after_s)
    order by s.last_scan_at limit ${ROUND} for update of s skip locked`.execute(db)
  for (const { id } of rows) {
    const shipment = await lockShipment(db, id)
    const { order_ref, shipment_ref, direction, last_scan_at } = shipment
    await updateShipment(db, shipment, { lost_reported_at: new Date() })
    const cause = `silent:${id}`
    await openException(db, shipment, { type: 'missing', note: 'No scan for days', cause, reportedBy: 'tms' })
    await report(db, 'shipment.lost_suspected.v1', id, {
      shipment_id: id,
      order_ref,
      shipment_ref,
      direction,
      occurred_at: new Date().toISOString(),
      last_scan_at: last_scan_at?.toISOString() ?? null,
    })
  }
  return rows.map(({ id }) => id)
}
