import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { OWN_FLEET } from './carrier/own-fleet.ts'
import {
  directions,
  exceptionTypes,
  labelStatuses,
  type PostalAddress,
  severities,
  shipmentStatuses,
  type Tables,
  trackingCodes,
} from './database-tables.ts'
import { type DeliveryException, exceptionsOf } from './exception.ts'
import { latestLabel } from './label.ts'
import { parcelLabelsOf } from './parcel-label.ts'
import { parcelsOf, type Shipment } from './shipment.ts'
import { eventsOf, stateOf } from './tracking.ts'

const AddressView = z.object({
  name: z.string(),
  line1: z.string(),
  line2: z.string().optional(),
  city: z.string(),
  region: z.string(),
  postal_code: z.string(),
  country: z.string(),
})

/** A shipment in short. */
export const ShipmentSummary = z.object({
  shipment_id: z.string(),
  direction: z.enum(directions),
  status: z.enum(shipmentStatuses),
  order_ref: z.string().nullable(),
  shipment_ref: z.string().nullable(),
  rma_number: z.string().nullable(),
  depot: z.string(),
  service_level: z.string(),
  own_fleet: z.boolean(),
  carrier: z.string().nullable().describe('Null while nobody is chosen, and for the own fleet'),
  promised_by: z.string(),
  declared_value_minor: z.int().nullable(),
  currency: z.string(),
  located: z.boolean().describe('Whether the address was found; what is not cannot be put on a route'),
  version: z.int(),
})

export function shipmentSummary(shipment: Shipment): z.input<typeof ShipmentSummary> {
  const { id, direction, status, order_ref, shipment_ref, rma_number, depot_id, carrier_id, version } = shipment
  return {
    shipment_id: id,
    direction,
    status,
    order_ref,
    shipment_ref,
    rma_number,
    depot: depot_id,
    service_level: shipment.service_level,
    own_fleet: carrier_id === OWN_FLEET,
    carrier: carrier_id === OWN_FLEET ? null : carrier_id,
    promised_by: shipment.promised_by.toISOString(),
    declared_value_minor: shipment.declared_value_minor,
    currency: shipment.currency,
    located: shipment.latitude !== null,
    version,
  }
}

export const ExceptionView = z.object({
  exception_id: z.string(),
  shipment_id: z.string(),
  type: z.enum(exceptionTypes),
  severity: z.enum(severities),
  status: z.enum(['open', 'resolved']),
  reported_by: z.string(),
  reported_at: z.string(),
  note_untrusted: z.string().optional(),
  resolution: z.string().optional(),
  resolved_at: z.string().optional(),
})

export function exceptionView(row: DeliveryException): z.input<typeof ExceptionView> {
  return {
    exception_id: row.id,
    shipment_id: row.shipment_id,
    type: row.type,
    severity: row.severity,
    status: row.status,
    reported_by: row.reported_by,
    reported_at: row.reported_at.toISOString(),
    ...(row.note === null ? {} : { note_untrusted: row.note }),
    ...(row.resolution === null ? {} : { resolution: row.resolution }),
    ...(row.resolved_at === null ? {} : { resolved_at: row.resolved_at.toISOString() }),
  }
}

/** A shipment with everything that is known of it. */
export const ShipmentDetail = ShipmentSummary.extend({
  tracking_no: z.string().nullable().describe('Of the first parcel'),
  tracking_url: z.string().optional(),
  label: z
    .object({
      label_id: z.string(),
      carrier: z.string(),
      service: z.string(),
      status: z.enum(labelStatuses),
      cost_minor: z.int(),
      promised_on: z.string(),
      message: z.string().optional(),
    })
    .optional(),
  eta: z.string().optional().describe('When it is expected, by the route or the carrier'),
  late: z.boolean().describe('Expected or delivered after it was promised'),
  picked_up_at: z.string().nullable(),
  delivered_at: z.string().nullable(),
  last_scan_at: z.string().nullable(),
  liability: z
    .object({ parcel_limit_minor: z.int(), currency: z.string(), claim_damage_days: z.int(), claim_loss_days: z.int() })
    .optional()
    .describe('What the carrier owes for loss or damage, and how many days there are to claim it'),
  ship_from_untrusted: AddressView,
  ship_to_untrusted: AddressView,
  parcels: z.array(
    z.object({
      barcode: z.string(),
      package_id: z.string().nullable(),
      tracking_no: z.string().nullable(),
      status: z.enum(shipmentStatuses).describe('A shipment is as far as the last of its parcels'),
      weight_g: z.int(),
      lines: z.array(z.object({ sku: z.string(), qty: z.int() })),
    }),
  ),
  events: z.array(
    z.object({
      code: z.enum(trackingCodes),
      barcode: z.string().optional().describe('The parcel that was scanned; absent: all of them'),
      occurred_at: z.string(),
      source: z.string(),
      place_untrusted: z.string().optional(),
      detail_untrusted: z.string().optional(),
    }),
  ),
  proofs: z.array(
    z.object({
      proof_id: z.string(),
      kind: z.string(),
      sha256: z.string(),
      recipient_untrusted: z.string().optional(),
      recorded_at: z.string(),
    }),
  ),
  exceptions: z.array(ExceptionView),
})

/** Reads everything that is known of a shipment. */
export async function shipmentDetail(db: Kysely<Tables>, shipment: Shipment): Promise<z.input<typeof ShipmentDetail>> {
  const { id, carrier_id, promised_by, delivered_at } = shipment
  const label = await latestLabel(db, shipment)
  const carrier = carrier_id
    ? await db.selectFrom('carrier').selectAll().where('id', '=', carrier_id).executeTakeFirst()
    : undefined
  const eta = await etaOf(db, id, label?.promised_on)
  const parcels = await parcelsOf(db, [id])
  const labels = label ? await parcelLabelsOf(db, label.id) : []
  const trackingNo = labels[0]?.tracking_no
  const events = await eventsOf(db, id)
  const state = stateOf(parcels, events)
  const proofs = await db.selectFrom('proof_of_delivery').selectAll().where('shipment_id', '=', id).execute()
  return {
    ...shipmentSummary(shipment),
    tracking_no: trackingNo ?? null,
    ...(carrier?.tracking_url && trackingNo
      ? { tracking_url: carrier.tracking_url.replace('{tracking_no}', trackingNo) }
      : {}),
    ...(label ? { label: labelPart(label) } : {}),
    ...(eta && !delivered_at ? { eta: eta.toISOString() } : {}),
    late: (delivered_at ?? eta ?? promised_by) > promised_by,
    picked_up_at: shipment.picked_up_at?.toISOString() ?? null,
    delivered_at: delivered_at?.toISOString() ?? null,
    last_scan_at: shipment.last_scan_at?.toISOString() ?? null,
    ...(carrier && !carrier.own_fleet
      ? {
          liability: {
            parcel_limit_minor: carrier.liability_parcel_minor,
            currency: carrier.currency,
            claim_damage_days: carrier.claim_damage_days,
            claim_loss_days: carrier.claim_loss_days,
          },
        }
      : {}),
    ship_from_untrusted: withoutAbsent(shipment.ship_from),
    ship_to_untrusted: withoutAbsent(shipment.ship_to),
    parcels: parcels.map(({ id: parcelId, barcode, package_id, weight_g, lines }) => ({
      barcode,
      package_id,
      tracking_no: labels.find(({ parcel_id }) => parcel_id === parcelId)?.tracking_no ?? null,
      status: state.parcels.get(parcelId)?.status ?? shipment.status,
      weight_g,
      lines,
    })),
    events: events.map(({ code, parcel_id, occurred_at, source, place, detail }) => ({
      code,
      ...(parcel_id === null ? {} : { barcode: parcels.find(({ id: parcelId }) => parcelId === parcel_id)?.barcode }),
      occurred_at: occurred_at.toISOString(),
      source,
      ...(place === null ? {} : { place_untrusted: place }),
      ...(detail === null ? {} : { detail_untrusted: detail }),
    })),
    proofs: proofs.map(({ id: proof_id, kind, sha256, recipient, recorded_at }) => ({
      proof_id,
      kind,
      sha256,
      ...(recipient === null ? {} : { recipient_untrusted: recipient }),
      recorded_at: recorded_at.toISOString(),
    })),
    exceptions: (await exceptionsOf(db, id)).map(exceptionView),
  }
}

function labelPart(label: NonNullable<Awaited<ReturnType<typeof latestLabel>>>) {
  const { id: label_id, carrier_id: carrier, service, status, cost_minor, promised_on, message } = label
  return { label_id, carrier, service, status, cost_minor, promised_on, ...(message === null ? {} : { message }) }
}

/** By the stop that it waits for, else by the end of the day that the carrier named. */
async function etaOf(db: Kysely<Tables>, id: string, promisedOn: string | undefined): Promise<Date | undefined> {
  const stop = await db
    .selectFrom('stop')
    .select('eta')
    .where('shipment_id', '=', id)
    .where('status', '=', sql<'scheduled'>`any(${['scheduled', 'en_route', 'arrived']})`)
    .executeTakeFirst()
  return stop?.eta ?? (promisedOn ? new Date(`${promisedOn}T23:59:59Z`) : undefined)
}

function withoutAbsent({ line2, ...address }: PostalAddress) {
  return { ...address, ...(line2 ? { line2 } : {}) }
}
