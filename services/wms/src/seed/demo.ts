import { DAY_MS, dayOf, daysAfter } from '@backroom/calendar'
import { demoOrders, seededRandom } from '@backroom/demo-data'
import { type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import type { PurchaseOrderStatus, Tables } from '../database-tables.ts'
import { refreshSummaries } from '../warehouse-summary.ts'
import { policyRow, shelves, skuRows } from './assortment.ts'
import { locationRows } from './bins.ts'
import { HISTORY_DAYS, inTimeOrder, playHistory } from './history.ts'
import { assignLots } from './lots.ts'
import { demoSuppliers, demoWarehouses } from './network.ts'
import { orderNumber } from './purchasing.ts'
import type { History, SeedOrder } from './shelf-ledger.ts'
import { binRows, plannedCount, playTransfer, shipmentRows } from './work.ts'

const SEED = 2026
/** Days after its last delivery that a received order is closed. */
const CLOSING_DAYS = 14

/**
 * Fills empty tables with a small retailer that has traded for six weeks until yesterday. The same day gives the same
 * data on every machine.
 */
export async function seedDemo(db: Kysely<Tables>): Promise<void> {
  const day = dayOf()
  const random = seededRandom(SEED)
  const midnight = Date.parse(day)
  const shopOrders = demoOrders(new Date(midnight))
  const places = shelves(shopOrders, random)
  const history = playHistory(places, shopOrders, day, random)
  const { transfer, lines: transferLines } = playTransfer(history, places, midnight, random)
  const { movements, lots, heaps } = assignLots({ ...history, movements: inTimeOrder(history.movements) })
  const bins = binRows(heaps)
  const { shipments, packages, units } = shipmentRows(shopOrders, movements, random)
  const { count, lines: countLines } = plannedCount(places, bins, midnight, random)
  await sql`select ensure_movement_partitions(${daysAfter(day, -HISTORY_DAYS - 1)}, ${daysAfter(day, 90)})`.execute(db)
  await insert(db, 'warehouse', demoWarehouses)
  await insert(
    db,
    'supplier',
    demoSuppliers.map(({ category: _, ...row }) => row),
  )
  await insert(db, 'sku', skuRows())
  await insert(db, 'stock_policy', places.map(policyRow))
  await insert(db, 'stock_balance', balanceRows(history))
  await insert(
    db,
    'location',
    places.flatMap(({ warehouse, bin }) => locationRows(warehouse, bin)),
  )
  await insert(
    db,
    'lot',
    lots.map(({ sku, lotNo, expiresOn, receivedAt }) => ({
      sku,
      lot_no: lotNo,
      expires_on: expiresOn,
      received_at: receivedAt,
    })),
  )
  await insert(db, 'stock_bin', bins)
  await insert(db, 'movement', movements)
  await insert(db, 'reservation', history.reservations)
  await insert(db, 'shipment', shipments)
  await insert(db, 'package', packages)
  await insert(db, 'picked_units', units)
  await insert(db, 'transfer', [transfer])
  await insert(db, 'transfer_line', transferLines)
  await insert(db, 'cycle_count', [count])
  await insert(db, 'count_line', countLines)
  await insertOrders(db, history, day)
  await insert(db, 'demand_daily', history.demand)
  await insert(db, 'demand_state', [{ through: daysAfter(day, -1) }])
  await insert(db, 'approval_limit', [
    { tool: 'create_reorder', account: 'staff-ops', limit_minor: 50_000, currency: 'USD' },
    { tool: 'adjust_stock', account: '*', limit_minor: 20_000, currency: 'USD' },
    { tool: 'create_transfer', account: '*', limit_minor: 200_000, currency: 'USD' },
    { tool: 'submit_count', account: '*', limit_minor: 10_000, currency: 'USD' },
  ])
  await refreshSummaries(
    db,
    demoWarehouses.map(({ id }) => id),
  )
}

function balanceRows({ balances }: History) {
  return [...balances].map(([{ sku, warehouse, reorderPoint }, stock]) => ({
    sku,
    warehouse_id: warehouse,
    ...stock,
    reorder_point: reorderPoint,
  }))
}

async function insertOrders(db: Kysely<Tables>, { orders }: History, day: string): Promise<void> {
  const now = Date.parse(day)
  const rows = orders.map((order) => orderRow(order, statusOf(order, now)))
  const [abandoned, planned] = [unsent(orders, now - 0.4 * DAY_MS, 1), unsent(orders, now - 0.3 * DAY_MS, 2)]
  rows.push({ ...orderRow(abandoned, 'cancelled'), cancel_reason: 'Supplier discontinued the range.' })
  rows.push(orderRow(planned, 'draft'))
  await insert(db, 'purchase_order', rows)
  await insert(db, 'po_line', [...orders, abandoned, planned].flatMap(lineRows))
  await insert(
    db,
    'receipt',
    orders.flatMap(({ id, receipts }) =>
      receipts.map(({ id: receipt, at, lines }) => ({
        id: receipt,
        po_id: id,
        status: lines.some(discrepancyOf) ? 'discrepancy' : 'complete',
        received_by: 'staff-warehouse',
        received_at: new Date(at),
      })),
    ),
  )
  await insert(
    db,
    'receipt_line',
    orders.flatMap(({ receipts }) =>
      receipts.flatMap(({ id, lines }) =>
        lines.map((line, index) => ({
          receipt_id: id,
          line_no: index + 1,
          sku: line.sku,
          qty_expected: line.expected,
          qty_received: line.received,
          qty_damaged: line.damaged,
          discrepancy_reason: discrepancyOf(line),
        })),
      ),
    ),
  )
  await sql`select nextval('purchase_order_number') from generate_series(1, ${rows.length}::integer)`.execute(db)
}

/** An order of the same goods as the latest one that never went out. */
function unsent(orders: readonly SeedOrder[], createdAt: number, nth: number): SeedOrder {
  const like = orders.at(-nth)
  if (!like) throw new Error('The demo has no purchase orders')
  const id = `po_${ulid(createdAt, seededRandom(SEED + nth).next)}`
  const lines = like.lines.map((line) => ({ ...line, received: 0, rejected: 0 }))
  return { ...like, id, number: orderNumber(createdAt, orders.length + nth), createdAt, lines, receipts: [] }
}

function orderRow(order: SeedOrder, status: PurchaseOrderStatus) {
  return {
    id: order.id,
    number: order.number,
    supplier_id: order.supplier,
    warehouse_id: order.warehouse,
    status,
    currency: 'USD',
    expected_at: order.expectedAt,
    asn: status === 'ordered' ? `ASN-${order.number.slice(3)}` : null,
    cancel_reason: null as string | null,
    created_by: 'staff-buyer',
    created_at: new Date(order.createdAt),
    version: 1 + order.receipts.length,
  }
}

function lineRows({ id, lines }: SeedOrder) {
  return lines.map(({ shelf, ordered, received, rejected }, index) => ({
    po_id: id,
    line_no: index + 1,
    sku: shelf.sku,
    qty_ordered: ordered,
    qty_received: received,
    qty_rejected: rejected,
    unit_cost_minor: shelf.unitCostMinor,
  }))
}

function statusOf({ lines, receipts }: SeedOrder, now: number): PurchaseOrderStatus {
  const last = receipts.at(-1)
  if (!last) return 'ordered'
  if (lines.some(({ ordered, received }) => received < ordered)) return 'partially_received'
  return dayOf(last.at) < dayOf(now - CLOSING_DAYS * DAY_MS) ? 'closed' : 'received'
}

function discrepancyOf({ expected, received, damaged }: { expected: number; received: number; damaged: number }) {
  if (received < expected) return 'short'
  return damaged > 0 ? 'damaged' : null
}

/** Inserts rows of the same columns with one statement. */
async function insert<Row extends object>(
  db: Kysely<Tables>,
  table: keyof Tables,
  rows: readonly Row[],
): Promise<void> {
  const [first] = rows
  if (!first) return
  const columns = sql.join(Object.keys(first).map((column) => sql.ref(column)))
  await sql`
    insert into ${sql.table(table)} (${columns})
    select ${columns} from json_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::json)`.execute(
    db,
  )
}
