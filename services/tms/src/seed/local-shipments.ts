import { type Day, daysAfter } from '@backroom/calendar'
import type { SeededRandom } from '@backroom/demo-data'
import type { Insertable } from 'kysely'
import { ulid } from 'ulid'
import { OWN_FLEET, ownTrackingNo } from '../carrier/own-fleet.ts'
import type { PostalAddress, Tables } from '../database-tables.ts'
import { momentIn } from '../day.ts'
import { noShipments, type ShipmentRows } from './order-shipments.ts'

/** Shops that the retailer supplies with its own vehicles, near each depot. */
const partners = [
  'Corner Paws',
  'Garden & Hearth',
  'The Kettle Room',
  'Northside Books',
  'Little Engine Toys',
  'Trailhead Supply',
  'Maple Veterinary Clinic',
  'Studio Lamp',
  'Old Mill Market',
  'Harbor Reading Room',
  'Five Oaks Kitchen',
  'Whisker Café',
]
/** Of the deliveries to shops: some come in two parcels, some are awaited in the morning, one is heavy. */
const [IN_TWO, IN_THE_MORNING, HEAVY] = [3, 2, 4]

type Depot = Insertable<Tables['depot']>

/** Deliveries to partner shops around a depot, promised for a day and labelled for the own fleet, in a round around it. */
export function localShipments(
  depot: Depot,
  { day, count, name }: { day: Day; count: number; name: string },
  random: SeededRandom,
): ShipmentRows {
  const rows = noShipments()
  const created = +momentIn(depot.timezone, daysAfter(day, -2), '14:00')
  const around = Array.from({ length: count }, () => placeNear(depot, random)).sort((a, b) => a.angle - b.angle)
  for (const [index, { latitude, longitude }] of around.entries()) {
    const id = `cns_${ulid(created, random.next)}`
    const label_id = `lbl_${ulid(created, random.next)}`
    const window =
      index === IN_THE_MORNING ? [momentIn(depot.timezone, day, '09:00'), momentIn(depot.timezone, day, '12:00')] : []
    rows.shipments.push({
      ...{ id, direction: 'outbound', order_ref: null, shipment_ref: `LOCAL-${depot.id}-${name}-${index + 1}` },
      ...{ rma_number: null, replaces: null, depot_id: depot.id, ship_from: depot.address },
      ...{ ship_to: JSON.stringify(shopAt(depot, index, random)), latitude, longitude, geocode_quality: 'given' },
      ...{ service_level: 'local', carrier_id: OWN_FLEET, status: 'labelled' },
      ...{ promised_by: momentIn(depot.timezone, daysAfter(day, 1), '23:00') },
      ...{ window_from: window[0] ?? null, window_to: window[1] ?? null },
      skills: depot.id === 'DEP-2' && index === HEAVY ? ['liftgate'] : [],
      ...{ declared_value_minor: random.integer(40, 600) * 100, cod_minor: null, currency: 'USD', void_reason: null },
      ...{ created_by: 'staff-dispatcher', created_at: new Date(created) },
    })
    rows.labels.push({
      ...{ id: label_id, shipment_id: id, carrier_id: OWN_FLEET, service: 'local' },
      ...{ cost_minor: 600, currency: 'USD', promised_on: daysAfter(day, 1), status: 'purchased', refund_minor: null },
      ...{ message: null, requested_by: 'staff-dispatcher' },
      ...{ requested_at: new Date(created), purchased_at: new Date(created) },
    })
    for (let seq = 1; seq <= (index % IN_TWO === 1 ? 2 : 1); seq++) {
      const parcel_id = `prc_${ulid(created, random.next)}`
      rows.parcels.push({
        ...{ id: parcel_id, shipment_id: id, seq, package_id: null, lines: '[]', barcode: `${id.slice(4)}-${seq}` },
        weight_g: random.integer(5, 120) * 1_000,
        volume_cm3: random.integer(20, 400) * 1_000,
      })
      rows.parcelLabels.push({ tracking_no: ownTrackingNo(label_id, seq - 1), label_id, parcel_id })
    }
  }
  return rows
}

function placeNear({ latitude, longitude }: Depot, random: SeededRandom) {
  const [north, east] = [(random.next() - 0.5) * 0.36, (random.next() - 0.5) * 0.48]
  return { latitude: latitude + north, longitude: longitude + east, angle: Math.atan2(north, east) }
}

function shopAt({ name: city, address }: Depot, index: number, random: SeededRandom): PostalAddress {
  const { region, postal_code } = JSON.parse(address) as PostalAddress
  const name = partners[index % partners.length] ?? 'Partner'
  return { name, line1: `${100 + random.integer(1, 880)} Main Street`, city, region, postal_code, country: 'US' }
}
