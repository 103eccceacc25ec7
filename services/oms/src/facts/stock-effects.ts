import type { FactData } from '@backroom/facts'
import { BusinessError } from '@backroom/mcp-service'
import { enqueue } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { pickUnits } from '../fulfillment.ts'
import type { Order } from '../order.ts'
import { refreshAxes } from '../order-axes.ts'
import { setStatus } from '../order-status.ts'
import { applyShipment, packShipment } from '../shipment.ts'
import { captureShipment } from '../workflows/capture-shipment.ts'
import { holdAgain } from '../workflows/hold-again.ts'
import { shipParcel } from '../workflows/ship-parcel.ts'
import { shortPick } from '../workflows/short-pick.ts'
import { type SkuQuantity, sumBySku } from '../workflows/sku-quantity.ts'
import { withdrawFrom } from '../workflows/withdraw-from.ts'
import type { Effect } from './apply-fact.ts'
import { recordFact } from './record-fact.ts'

/** What inventory tells of an order. */
export const stockEffects: Record<string, Effect> = {
  'stock.reservation_expired.v1': holdExpired,
  'stock.picked.v1': picked,
  'stock.short.v1': short,
  'stock.packed.v1': packed,
  'stock.shipped.v1': shipped,
}

type KeptFact = Parameters<Effect>[3]

async function holdExpired(
  db: Kysely<Tables>,
  order: Order,
  _data: FactData<'stock.reservation_expired.v1'>,
  fact: KeptFact,
): Promise<void> {
  await recordFact(db, order, fact, { rank: 1, visibility: 'internal' })
  if (order.status !== 'on_hold' || order.confirmed_at !== null) return
  const id = `hold_again:${fact.id}`
  await enqueue(db, holdAgain, { ...begun(order), id, input: { orderId: order.id } })
}

async function picked(db: Kysely<Tables>, order: Order, data: FactData<'stock.picked.v1'>, fact: KeptFact) {
  await recordFact(db, order, fact, { rank: 4, visibility: 'internal' })
  await pickUnits(db, await inProcess(db, order), data.warehouse, data.lines)
}

async function short(db: Kysely<Tables>, order: Order, data: FactData<'stock.short.v1'>, fact: KeptFact) {
  await recordFact(db, order, fact, { rank: 5, visibility: 'internal' })
  const missing: SkuQuantity[] = []
  for (const { sku, qty } of sumBySku(data.lines)) {
    const units = await withdrawFrom(db, order, { warehouse: data.warehouse, sku, qty })
    if (units > 0) missing.push({ sku, qty: units })
  }
  if (missing.length === 0) return
  await refreshAxes(db, order.id)
  const input = { orderId: order.id, warehouse: data.warehouse, lines: missing }
  await enqueue(db, shortPick, { ...begun(order), id: `short:${fact.id}`, input })
}

async function packed(db: Kysely<Tables>, order: Order, data: FactData<'stock.packed.v1'>, fact: KeptFact) {
  const { shipment_ref: shipmentRef, warehouse, packages } = data
  const lines = sumBySku(packages.flatMap((each) => each.lines))
  const parcel = { shipmentRef, warehouse, lines, at: fact.occurred_at }
  const shipment = await packShipment(db, await inProcess(db, order), parcel).catch(unlessCancelled)
  await recordFact(db, order, fact, { rank: 6 })
  if (!shipment) return
  const input = { orderId: order.id, shipmentRef, packages }
  await enqueue(db, shipParcel, { ...begun(order), id: `label:${shipmentRef}`, input })
}

async function shipped(db: Kysely<Tables>, order: Order, data: FactData<'stock.shipped.v1'>, fact: KeptFact) {
  const { shipment_ref: shipmentRef, warehouse, lines, carrier, tracking } = data
  const parcel = { shipmentRef, warehouse, lines: sumBySku(lines), at: fact.occurred_at, carrier, tracking }
  await applyShipment(db, await inProcess(db, order), parcel)
  await recordFact(db, order, fact, { rank: 7 })
  const input = { orderId: order.id, shipmentRef }
  await enqueue(db, captureShipment, { ...begun(order), id: `ship:${shipmentRef}`, input })
}

/** Units may have been cancelled while the warehouse packed them: it unpacks them, or what leaves tells the rest. */
function unlessCancelled(error: unknown): undefined {
  if (!(error instanceof BusinessError && error.body.code === 'conflict')) throw error
}

/** A warehouse works on the order. */
async function inProcess(db: Kysely<Tables>, order: Order): Promise<Order> {
  const idle = order.status === 'confirmed' || order.status === 'partially_cancelled'
  return idle ? setStatus(db, order, 'processing') : order
}

/** What workflows that a fact starts have in common: those of one order run one after the other. */
function begun(order: Order) {
  return { subject: order.id, startedBy: 'inventory', partition: order.id }
}
