import { type DemoOrder, demoProducts, type SeededRandom } from '@backroom/demo-data'
import type { Insertable, Kysely } from 'kysely'
import { ulid } from 'ulid'
import type { Tables, TrackingCode } from '../database-tables.ts'
import { locate } from '../gazetteer.ts'
import { demoDepots } from './network.ts'

type Row<Table extends keyof Tables> = Insertable<Tables[Table]>

/** Rows that belong together. */
export interface ShipmentRows {
  shipments: Row<'shipment'>[]
  parcels: Row<'parcel'>[]
  labels: Row<'label'>[]
  parcelLabels: Row<'parcel_label'>[]
  events: Row<'tracking_event'>[]
}

export const noShipments = (): ShipmentRows => ({
  shipments: [],
  parcels: [],
  labels: [],
  parcelLabels: [],
  events: [],
})

/** Writes them; any of the lists may be empty. */
export async function insertShipments(
  db: Kysely<Tables>,
  { shipments, parcels, labels, parcelLabels, events }: ShipmentRows,
): Promise<void> {
  if (shipments.length > 0) await db.insertInto('shipment').values(shipments).execute()
  if (parcels.length > 0) await db.insertInto('parcel').values(parcels).execute()
  if (labels.length > 0) await db.insertInto('label').values(labels).execute()
  if (parcelLabels.length > 0) await db.insertInto('parcel_label').values(parcelLabels).execute()
  if (events.length > 0) await db.insertInto('tracking_event').values(events).execute()
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const CARRIER = 'parcelhop'
const grams = new Map(demoProducts.map(({ sku, weightGrams }) => [sku, weightGrams]))

/** The parcels of the shop's orders that have left, with what their carrier has said until now. */
export function orderShipments(orders: readonly DemoOrder[], now: number, random: SeededRandom): ShipmentRows {
  const rows = noShipments()
  for (const order of orders) if (order.shippedAt) addOrder(rows, order, order.shippedAt, now, random)
  return rows
}

function addOrder(rows: ShipmentRows, order: DemoOrder, shippedAt: Date, now: number, random: SeededRandom): void {
  const { customer, deliveredAt, currency } = order
  const depot = demoDepots.find(({ warehouse_id }) => warehouse_id === order.warehouse)
  if (!depot) throw new Error(`No depot is next to ${order.warehouse}`)
  const packed = shippedAt.getTime() - HOUR_MS
  const id = `cns_${ulid(packed, random.next)}`
  const place = locate(customer.address)
  const promised = new Date(order.placedAt.getTime() + 5 * DAY_MS)
  const tracking_no = `PH${String(random.integer(100_000, 999_999))}${rows.labels.length}US`
  const scans = scansOf(shippedAt.getTime(), deliveredAt?.getTime(), now)
  const last = scans.at(-1)
  rows.shipments.push({
    ...{ id, direction: 'outbound', order_ref: order.orderId, shipment_ref: order.shipmentRef, rma_number: null },
    ...{ replaces: null, depot_id: depot.id, ship_from: depot.address, ship_to: JSON.stringify(customer.address) },
    ...{ latitude: place?.latitude ?? null, longitude: place?.longitude ?? null },
    geocode_quality: place?.quality ?? 'none',
    ...{ service_level: 'standard', carrier_id: CARRIER, status: deliveredAt ? 'delivered' : 'in_transit' },
    ...{ promised_by: promised, declared_value_minor: order.totalMinor, cod_minor: null, currency },
    ...{ last_scan_at: new Date(last?.at ?? packed), picked_up_at: shippedAt, delivered_at: deliveredAt },
    ...{ void_reason: null, created_by: 'oms', created_at: new Date(packed) },
  })
  const [parcel_id, label_id] = [`prc_${ulid(packed, random.next)}`, `lbl_${ulid(packed, random.next)}`]
  rows.parcels.push({
    ...{ id: parcel_id, shipment_id: id, seq: 1, package_id: null },
    barcode: `${id.slice(4)}-1`,
    weight_g: order.lines.reduce((sum, { sku, quantity }) => sum + quantity * (grams.get(sku) ?? 500), 0),
    volume_cm3: 8_000,
    lines: JSON.stringify(order.lines.map(({ sku, quantity }) => ({ sku, qty: quantity }))),
  })
  rows.labels.push({
    ...{ id: label_id, shipment_id: id, carrier_id: CARRIER, service: 'ground' },
    ...{ cost_minor: 740 + random.integer(0, 400), currency, promised_on: promised.toISOString().slice(0, 10) },
    ...{ status: 'purchased', refund_minor: null, message: null, requested_by: 'oms' },
    ...{ requested_at: new Date(packed), purchased_at: new Date(packed) },
  })
  rows.parcelLabels.push({ tracking_no, label_id, parcel_id })
  rows.events.push(
    ...scans.map(({ code, at }, index) => ({
      ...{ shipment_id: id, source: CARRIER, source_event_id: `${tracking_no}-${index}`, code },
      ...{ occurred_at: new Date(at), received_at: new Date(at) },
      place: index < 2 ? depot.name : customer.address.city,
      detail: null,
    })),
  )
}

function scansOf(picked: number, delivered: number | undefined, now: number): { code: TrackingCode; at: number }[] {
  const start: { code: TrackingCode; at: number }[] = [
    { code: 'picked_up', at: picked },
    { code: 'in_transit', at: picked + 5 * HOUR_MS },
  ]
  if (delivered !== undefined)
    return [
      ...start,
      { code: 'in_transit', at: delivered - 14 * HOUR_MS },
      { code: 'out_for_delivery', at: delivered - 4 * HOUR_MS },
      { code: 'delivered', at: delivered },
    ]
  return [...start, { code: 'in_transit', at: Math.max(picked + 6 * HOUR_MS, now - 8 * HOUR_MS) }]
}
