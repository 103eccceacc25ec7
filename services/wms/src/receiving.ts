import type { Day } from '@backroom/calendar'
import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Tables } from './database-tables.ts'
import { registerLot } from './lot.ts'
import { requireSkus } from './master-data.ts'
import {
  linesOf,
  lockOrder,
  type PurchaseOrder,
  type PurchaseOrderLine,
  requireTransition,
  setStatus,
} from './purchase-order.ts'
import { book, type Entry, expectIncoming, lockBalances } from './stock.ts'

/** Units of a SKU that came off the truck; `damaged` of the `qty` are unfit for sale. */
export interface Arrival {
  sku: string
  qty: number
  damaged: number
  lot?: string | undefined
  /** Day on which the lot expires. */
  expiresOn?: Day | undefined
  location?: string | undefined
}

export interface Discrepancy {
  sku: string
  reason: 'short' | 'over' | 'damaged'
  expected: number
  received: number
  damaged: number
}

export interface Receipt {
  receiptId: string
  order: PurchaseOrder
  lines: (Arrival & { expected: number; reason?: Discrepancy['reason'] })[]
  discrepancies: Discrepancy[]
  /** Units per SKU that were quarantined because they exceed the order by more than the tolerance. */
  surplus: { sku: string; qty: number }[]
}

/** Share of the ordered quantity that may arrive on top and is stocked without a question. */
export const OVER_RECEIPT_TOLERANCE = 0.05

/**
 * Books a delivery for a purchase order: sound units become available, damaged ones go to `damaged`, and what exceeds
 * the order by more than the tolerance is quarantined until somebody decides. Less than expected leaves the order open.
 *
 * @throws {BusinessError} not_found; invalid_argument for a SKU that was not ordered or more damaged than arrived;
 * invalid_transition for an order that expects nothing
 */
export async function receiveGoods(
  db: Kysely<Tables>,
  wanted: { number: string } | { asn: string },
  arrivals: readonly Arrival[],
  actor: string,
): Promise<Receipt> {
  const order = await lockOrder(db, wanted)
  if (order.status !== 'partially_received') requireTransition(order, 'received')
  const ordered = await linesOf(db, [order.id])
  requirePlausible(order, ordered, arrivals)
  await lockBalances(
    db,
    ordered.map(({ sku }) => ({ sku, warehouse: order.warehouse_id })),
    { create: true },
  )
  await registerLots(db, arrivals)
  const deliveries = ordered.map((line) => deliveryOf(line, arrivals)).filter(({ received }) => received > 0)
  const lines = arrivals.map((arrival) => receiptLine(arrival, deliveries))
  const receiptId = await writeReceipt(db, order, lines, actor)
  await book(db, stockEntries(order, arrivals, deliveries, actor))
  await expectIncoming(
    db,
    deliveries.map(({ sku, expected, received }) => ({
      sku,
      warehouse: order.warehouse_id,
      qty: -Math.min(expected, received),
    })),
  )
  const after = await updateOrder(db, order, ordered, deliveries)
  const surplus = deliveries.filter(({ surplus }) => surplus > 0).map(({ sku, surplus }) => ({ sku, qty: surplus }))
  return { receiptId, order: after, lines, discrepancies: deliveries.flatMap(discrepanciesOf), surplus }
}

/** What arrived of one order line. */
interface Delivery {
  sku: string
  /** Ordered and not yet received before this delivery. */
  expected: number
  received: number
  damaged: number
  /** Sound units beyond the tolerance. */
  surplus: number
}

function requirePlausible(
  order: PurchaseOrder,
  ordered: readonly PurchaseOrderLine[],
  arrivals: readonly Arrival[],
): void {
  const skus = ordered.map(({ sku }) => sku)
  const foreign = arrivals.find(({ sku }) => !skus.includes(sku))
  if (foreign)
    throw new BusinessError('invalid_argument', `${foreign.sku} is not on ${order.number}.`, {
      details: { ordered_skus: skus },
      nextActions: [
        { tool: 'list_purchase_orders', arguments: { sku: foreign.sku }, hint: 'Find the order it belongs to.' },
      ],
    })
  const impossible = arrivals.find(({ qty, damaged }) => damaged > qty)
  if (impossible)
    throw new BusinessError(
      'invalid_argument',
      `${impossible.sku}: ${impossible.damaged} damaged of ${impossible.qty} received. qty counts the damaged units too.`,
    )
}

async function registerLots(db: Kysely<Tables>, arrivals: readonly Arrival[]): Promise<void> {
  const skus = await requireSkus(
    db,
    arrivals.map(({ sku }) => sku),
  )
  for (const { sku, lot, expiresOn } of arrivals) {
    const record = skus.get(sku)
    if (record) await registerLot(db, record, lot, expiresOn)
  }
}

function deliveryOf(line: PurchaseOrderLine, arrivals: readonly Arrival[]): Delivery {
  const own = arrivals.filter(({ sku }) => sku === line.sku)
  const received = own.reduce((sum, { qty }) => sum + qty, 0)
  const damaged = own.reduce((sum, arrival) => sum + arrival.damaged, 0)
  const expected = Math.max(0, line.qty_ordered - line.qty_received)
  const allowed = Math.floor(line.qty_ordered * (1 + OVER_RECEIPT_TOLERANCE)) - line.qty_received
  const surplus = Math.min(received - damaged, Math.max(0, received - Math.max(0, allowed)))
  return { sku: line.sku, expected, received, damaged, surplus }
}

function discrepanciesOf({ sku, expected, received, damaged, surplus }: Delivery): Discrepancy[] {
  const found: Discrepancy['reason'][] = []
  if (received < expected) found.push('short')
  if (surplus > 0) found.push('over')
  if (damaged > 0) found.push('damaged')
  return found.map((reason) => ({ sku, reason, expected, received, damaged }))
}

function receiptLine(arrival: Arrival, deliveries: readonly Delivery[]): Receipt['lines'][number] {
  const delivery = deliveries.find(({ sku }) => sku === arrival.sku)
  const [first] = delivery ? discrepanciesOf(delivery) : []
  return { ...arrival, expected: delivery?.expected ?? 0, ...(first ? { reason: first.reason } : {}) }
}

async function writeReceipt(
  db: Kysely<Tables>,
  order: PurchaseOrder,
  lines: Receipt['lines'],
  actor: string,
): Promise<string> {
  const id = `rcp_${ulid()}`
  const status = lines.some(({ reason }) => reason) ? 'discrepancy' : 'complete'
  await db.insertInto('receipt').values({ id, po_id: order.id, status, received_by: actor }).execute()
  await db
    .insertInto('receipt_line')
    .values(
      lines.map(({ sku, qty, damaged, lot, location, expected, reason }, index) => ({
        receipt_id: id,
        line_no: index + 1,
        sku,
        qty_expected: expected,
        qty_received: qty,
        qty_damaged: damaged,
        discrepancy_reason: reason ?? null,
        lot: lot ?? null,
        location: location ?? null,
      })),
    )
    .execute()
  return id
}

/** Sound units go to stock, damaged ones to `damaged`; of each SKU the last sound units are the surplus. */
function stockEntries(
  order: PurchaseOrder,
  arrivals: readonly Arrival[],
  deliveries: readonly Delivery[],
  actor: string,
): Entry[] {
  const surplus = new Map(deliveries.map((delivery) => [delivery.sku, delivery.surplus]))
  const entries: Entry[] = []
  for (const { sku, qty, damaged, lot, location } of arrivals.toReversed()) {
    const sound = qty - damaged
    const held = Math.min(sound, surplus.get(sku) ?? 0)
    surplus.set(sku, (surplus.get(sku) ?? 0) - held)
    const common = {
      sku,
      warehouse: order.warehouse_id,
      kind: 'receive' as const,
      from: 'outside' as const,
      cause: { type: 'purchase_order' as const, id: order.number },
      actor,
      lot,
    }
    entries.push(
      { ...common, to: 'available', qty: sound - held, putTo: location },
      { ...common, to: 'quarantined', qty: held, reason: 'more than ordered' },
      { ...common, to: 'damaged', qty: damaged, reason: 'damaged on arrival' },
    )
  }
  return entries.filter(({ qty }) => qty > 0)
}

async function updateOrder(
  db: Kysely<Tables>,
  order: PurchaseOrder,
  ordered: readonly PurchaseOrderLine[],
  deliveries: readonly Delivery[],
): Promise<PurchaseOrder> {
  const rows = deliveries.map(({ sku, received, damaged }) => ({ sku, received, damaged }))
  await sql`
    update po_line l set qty_received = l.qty_received + d.received, qty_rejected = l.qty_rejected + d.damaged
    from json_to_recordset(${JSON.stringify(rows)}::json) as d (sku text, received integer, damaged integer)
    where l.po_id = ${order.id} and l.sku = d.sku`.execute(db)
  const complete = ordered.every(({ sku, qty_ordered, qty_received }) => {
    const received = deliveries.find((delivery) => delivery.sku === sku)?.received ?? 0
    return qty_received + received >= qty_ordered
  })
  return setStatus(db, order, complete ? 'received' : 'partially_received')
}
