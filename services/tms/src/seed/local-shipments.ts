import type { SeededRandom } from '@backroom/demo-data'
import type { Insertable } from 'kysely'
import { ulid } from 'ulid'
import { OWN_FLEET } from '../carrier/own-fleet.ts'
import type { Day, Tables } from '../database-tables.ts'
import { daysAfter, momentIn } from '../day.ts'
import type { ShipmentRows } from './order-shipments.ts'

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

type Depot = Insertable<Tables['depot']>

/** Deliveries to partner shops around a depot, labelled for the own fleet; one needs a liftgate. */
export function localShipments(depot: Depot, day: Day, count: number, random: SeededRandom): ShipmentRows {
  const rows: ShipmentRows = { shipments: [], parcels: [], labels: [], events: [] }
  const created = Date.now() - 12 * 3_600_000
  const at = new Date(created)
  for (let index = 0; index < count; index++) {
    const id = `cns_${ulid(created, random.next)}`
    const latitude = depot.latitude + (random.next() - 0.5) * 0.36
    const longitude = depot.longitude + (random.next() - 0.5) * 0.48
    const address = {
      ...{ name: partners[index % partners.length] ?? 'Partner', line1: `${100 + random.integer(1, 880)} Main Street` },
      ...{
        city: depot.name,
        region: JSON.parse(depot.address).region,
        postal_code: JSON.parse(depot.address).postal_code,
      },
      country: 'US',
    }
    rows.shipments.push({
      ...{ id, direction: 'outbound', order_ref: null, shipment_ref: `LOCAL-${depot.id}-${day}-${index + 1}` },
      ...{ rma_number: null, replaces: null, depot_id: depot.id, ship_from: depot.address },
      ...{ ship_to: JSON.stringify(address), latitude, longitude, geocode_quality: 'given' },
      ...{ service_level: 'local', carrier_id: OWN_FLEET, status: 'labelled' },
      promised_by: momentIn(depot.timezone, daysAfter(day, 2), '23:00'),
      skills: depot.id === 'DEP-2' && index === 4 ? ['liftgate'] : [],
      ...{ declared_value_minor: random.integer(40, 600) * 100, cod_minor: null, currency: 'USD', void_reason: null },
      ...{ created_by: 'staff-dispatcher', created_at: at },
    })
    rows.parcels.push({
      ...{ id: `prc_${ulid(created, random.next)}`, shipment_id: id, seq: 1, package_id: null, lines: '[]' },
      ...{
        barcode: `${id.slice(4)}-1`,
        weight_g: random.integer(5, 120) * 1_000,
        volume_cm3: random.integer(20, 400) * 1_000,
      },
    })
    rows.labels.push({
      ...{ id: `lbl_${ulid(created, random.next)}`, shipment_id: id, carrier_id: OWN_FLEET, service: 'local' },
      ...{ tracking_no: `BR${id.slice(-18)}`, cost_minor: 600, currency: 'USD', promised_on: day, status: 'purchased' },
      ...{ refund_minor: null, message: null, requested_by: 'staff-dispatcher', requested_at: at, purchased_at: at },
    })
  }
  return rows
}
