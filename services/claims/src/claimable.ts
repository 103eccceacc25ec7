import { BusinessError, type ServiceCaller } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { type RecoveryBasis, recoveryBases, type Tables } from './database-tables.ts'
import { TrackedShipment } from './tracked-shipment.ts'

/** What logistics tells of things that went wrong. */
const Exceptions = z.object({
  items: z.array(
    z.object({ shipment_id: z.string(), type: z.string(), shipment_status: z.string(), reported_at: z.string() }),
  ),
  next_cursor: z.string().optional(),
})
type Exception = z.output<typeof Exceptions>['items'][number]

/** A shipment that somebody may have to pay for and that nobody has claimed for. */
export const ClaimableShape = z.object({
  shipment_id: z.string(),
  shipment_ref: z.string().nullable(),
  order_id: z.string().nullable(),
  carrier: z.string().nullable().describe('Null for the own fleet: an insurer may pay'),
  tracking: z.string().nullable(),
  basis: z.enum(recoveryBases),
  reported_at: z.string(),
  declared_value_minor: z.int().nullable(),
  expected_minor: z.int().nullable().describe('The declared value, as far as the carrier is liable for it'),
  currency: z.string().nullable(),
})
export type Claimable = z.output<typeof ClaimableShape>

const basisOfType: Record<string, RecoveryBasis> = { damage: 'damage', missing: 'shortage', delay: 'delay' }
const MOST_PAGES = 5
/** Shipments that are asked for at the same time. */
const AT_ONCE = 4

/**
 * Shipments that were lost, damaged, short or late since a moment and for which there is neither a claim nor a recovery.
 *
 * @throws {BusinessError} unavailable when logistics does not answer
 */
export async function detectClaimable(
  db: Kysely<Tables>,
  callService: ServiceCaller,
  since: string,
): Promise<Claimable[]> {
  const faults = new Map<string, { basis: RecoveryBasis; reportedAt: string }>()
  for (const exception of await exceptionsSince(callService, since)) {
    const basis = basisOf(exception)
    if (basis) faults.set(exception.shipment_id, { basis, reportedAt: exception.reported_at })
  }
  const found: Claimable[] = []
  const rest = [...faults]
  while (rest.length > 0)
    found.push(
      ...(await Promise.all(
        rest.splice(0, AT_ONCE).map(async ([id, { basis, reportedAt }]) => {
          const shipment = TrackedShipment.parse(await callService('tms', 'track_shipment', { shipment_id: id }))
          return claimableOf(shipment, basis, reportedAt)
        }),
      )),
    )
  const known = await claimedFor(db, found)
  return found.filter(({ shipment_id, shipment_ref }) => !known.has(shipment_id) && !known.has(shipment_ref ?? ''))
}

async function exceptionsSince(callService: ServiceCaller, since: string): Promise<Exception[]> {
  const all: Exception[] = []
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const args = { since, limit: 100, ...(cursor ? { cursor } : {}) }
    const { items, next_cursor } = Exceptions.parse(await callService('tms', 'list_exceptions', args))
    all.push(...items)
    if (!next_cursor) return all
    cursor = next_cursor
  }
  throw new BusinessError('limit_exceeded', `More than ${all.length} exceptions since ${since}: ask from a later day.`)
}

function basisOf({ type, shipment_status }: Exception): RecoveryBasis | undefined {
  return shipment_status === 'lost' ? 'loss' : basisOfType[type]
}

function claimableOf(shipment: TrackedShipment, basis: RecoveryBasis, reportedAt: string): Claimable {
  const { declared_value_minor: value, liability } = shipment
  return {
    shipment_id: shipment.shipment_id,
    shipment_ref: shipment.shipment_ref,
    order_id: shipment.order_ref,
    carrier: shipment.carrier,
    tracking: shipment.tracking_no,
    basis,
    reported_at: reportedAt,
    declared_value_minor: value,
    expected_minor: value === null ? null : Math.min(value, liability?.parcel_limit_minor ?? value),
    currency: shipment.currency,
  }
}

/** Those of the shipments for which somebody claims or recovers already, by whichever name. */
async function claimedFor(db: Kysely<Tables>, shipments: readonly Claimable[]): Promise<Set<string>> {
  const names = shipments.flatMap(({ shipment_id, shipment_ref }) => [shipment_id, shipment_ref ?? shipment_id])
  const { rows } = await sql<{ shipment_ref: string }>`
    select shipment_ref from claim where shipment_ref = any(${names}) and status not in ('draft', 'withdrawn')
    union
    select shipment_ref from recovery where shipment_ref = any(${names}) and status not in ('identified', 'expired')`.execute(
    db,
  )
  return new Set(rows.map(({ shipment_ref }) => shipment_ref))
}
