import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Tables, TrackingCode } from './database-tables.ts'
import { closeException, type DeliveryException, lockException } from './exception.ts'
import { createShipment, lockShipment, movingStatuses, parcelsOf, type Shipment } from './shipment.ts'
import { recordEvents } from './tracking.ts'

/** How an exception can end; each says what happens to the shipment. */
export const resolutions = [
  'no_issue',
  'reattempt',
  'return_to_sender',
  'declare_lost',
  'dispute_delivery',
  'reship',
] as const
export type Resolution = (typeof resolutions)[number]

/** What is written into the shipment's events. */
const codes: Record<Exclude<Resolution, 'reship'>, TrackingCode> = {
  no_issue: 'exception_resolved',
  reattempt: 'failed_attempt',
  return_to_sender: 'return_to_sender',
  declare_lost: 'lost',
  dispute_delivery: 'delivery_disputed',
}

/**
 * Ends an exception and has its effect on the shipment. Ended in the same way, it answers as it is.
 *
 * @returns the replacement of a reshipped one
 * @throws {BusinessError} not_found; conflict when it ended otherwise; invalid_transition for a shipment that it does not fit
 */
export async function resolveException(
  db: Kysely<Tables>,
  wanted: { id: string; resolution: Resolution; note?: string | undefined; actor: string },
): Promise<{ exception: DeliveryException; shipment: Shipment; replacement?: Shipment }> {
  const { id, resolution, actor } = wanted
  const open = await lockException(db, id)
  const shipment = await lockShipment(db, open.shipment_id)
  if (open.status === 'resolved') {
    if (open.resolution === resolution) return { exception: open, shipment }
    throw new BusinessError('conflict', `${id} ended already: ${open.resolution}.`, {
      details: { resolution: open.resolution },
    })
  }
  requireFit(shipment, resolution)
  const exception = await closeException(db, open, wanted)
  if (resolution === 'reship') return { exception, shipment, replacement: await reship(db, shipment, id, actor) }
  const event = { source: 'tms', sourceEventId: `${id}:${resolution}`, code: codes[resolution], occurredAt: new Date() }
  const moves = movingStatuses.includes(shipment.status) || resolution === 'dispute_delivery'
  return { exception, shipment: moves ? await recordEvents(db, shipment, [event]) : shipment }
}

/** The same goods once more to the same address, to be labelled anew. */
async function reship(db: Kysely<Tables>, shipment: Shipment, cause: string, actor: string): Promise<Shipment> {
  const parcels = await parcelsOf(db, [shipment.id])
  return createShipment(db, {
    direction: shipment.direction,
    orderRef: shipment.order_ref ?? undefined,
    shipmentRef: `reship:${cause}`,
    replaces: shipment.id,
    warehouse: shipment.depot_id,
    address: shipment.direction === 'outbound' ? shipment.ship_to : shipment.ship_from,
    serviceLevel: shipment.service_level,
    packages: parcels.map(({ weight_g, volume_cm3, lines }) => ({ weight_g, volume_cm3, lines })),
    skills: shipment.skills,
    priority: shipment.priority,
    declaredValueMinor: shipment.declared_value_minor ?? undefined,
    currency: shipment.currency,
    actor,
  })
}

function requireFit({ id, status, direction }: Shipment, resolution: Resolution): void {
  const moving = movingStatuses.includes(status)
  const fits =
    resolution === 'no_issue' ||
    (resolution === 'reship'
      ? direction === 'outbound'
      : resolution === 'dispute_delivery'
        ? status === 'delivered'
        : moving)
  if (fits) return
  const legal = moving
    ? ['no_issue', 'reattempt', 'return_to_sender', 'declare_lost', 'reship']
    : status === 'delivered'
      ? ['no_issue', 'dispute_delivery', 'reship']
      : ['no_issue', 'reship']
  throw new BusinessError('invalid_transition', `${id} is ${status}; ${resolution} does not fit it.`, {
    details: { status, legal },
  })
}
