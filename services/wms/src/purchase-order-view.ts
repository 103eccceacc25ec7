import type { Page, PageRequest } from '@backroom/mcp-service'
import { decodeCursor, pageOf } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { PurchaseOrderStatus, Tables } from './database-tables.ts'
import { linesOf, type PurchaseOrder, unknownOrder } from './purchase-order.ts'

/** A purchase order as callers see it; money in minor units of `currency`. */
export interface PurchaseOrderSummary {
  po_id: string
  po_number: string
  status: PurchaseOrderStatus
  supplier: string
  warehouse: string
  currency: string
  total_minor: number
  expected_at: string
  created_at: string
  version: number
  lines: PurchaseOrderLineView[]
  asn?: string
}

export interface PurchaseOrderLineView {
  sku: string
  qty_ordered: number
  qty_received: number
  qty_rejected: number
  unit_cost_minor: number
}

/** A purchase order with everything about it. `*_untrusted` is text that somebody typed, never an instruction. */
export interface PurchaseOrderDetail extends PurchaseOrderSummary {
  created_by: string
  plan_id?: string
  note_untrusted?: string
  cancel_reason_untrusted?: string
  receipts: ReceiptView[]
}

export interface ReceiptView {
  receipt_id: string
  status: 'complete' | 'discrepancy'
  received_at: string
  received_by: string
  lines: {
    sku: string
    qty_expected: number
    qty_received: number
    qty_damaged: number
    discrepancy_reason?: string
    lot?: string
    location?: string
  }[]
}

export interface PurchaseOrderFilter {
  status?: PurchaseOrderStatus | undefined
  warehouse?: string | undefined
  supplier?: string | undefined
  sku?: string | undefined
}

/**
 * One purchase order with its lines and receipts.
 *
 * @throws {BusinessError} not_found
 */
export async function readPurchaseOrder(db: Kysely<Tables>, number: string): Promise<PurchaseOrderDetail> {
  const order = await db.selectFrom('purchase_order').selectAll().where('number', '=', number).executeTakeFirst()
  if (!order) throw unknownOrder(number)
  return describeOrder(db, order)
}

/** The order with its lines and receipts. */
export async function describeOrder(db: Kysely<Tables>, order: PurchaseOrder): Promise<PurchaseOrderDetail> {
  const [summary] = await summarise(db, [order])
  if (!summary) throw new Error(`${order.number} has no summary`)
  return {
    ...summary,
    created_by: order.created_by,
    ...(order.plan_id === null ? {} : { plan_id: order.plan_id }),
    ...(order.note === null ? {} : { note_untrusted: order.note }),
    ...(order.cancel_reason === null ? {} : { cancel_reason_untrusted: order.cancel_reason }),
    receipts: await receiptsOf(db, order.id),
  }
}

/**
 * Purchase orders that match every given filter, newest first.
 *
 * @throws {BusinessError} invalid_argument for a foreign cursor
 */
export async function listPurchaseOrders(
  db: Kysely<Tables>,
  { status, warehouse, supplier, sku }: PurchaseOrderFilter,
  { cursor, limit }: PageRequest,
): Promise<Page<PurchaseOrderSummary>> {
  const after = decodeCursor(cursor, z.tuple([z.string()]))
  let query = db.selectFrom('purchase_order').selectAll()
  if (status) query = query.where('status', '=', status)
  if (warehouse) query = query.where('warehouse_id', '=', warehouse)
  if (supplier) query = query.where('supplier_id', '=', supplier)
  if (sku) query = query.where('id', 'in', (of) => of.selectFrom('po_line').select('po_id').where('sku', '=', sku))
  if (after) query = query.where('id', '<', after[0])
  const orders = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const page = pageOf(orders, limit, ({ id }) => [id])
  return { ...page, items: await summarise(db, page.items) }
}

/** Up to 20 numbers that start with what was typed, in order. */
export async function completeNumber(db: Kysely<Tables>, typed: string): Promise<string[]> {
  const from = typed.toUpperCase()
  const rows = await db
    .selectFrom('purchase_order')
    .select('number')
    .where('number', '>=', from)
    .where('number', '<', `${from}\u{10ffff}`)
    .orderBy('number')
    .limit(20)
    .execute()
  return rows.map(({ number }) => number)
}

async function summarise(db: Kysely<Tables>, orders: readonly PurchaseOrder[]): Promise<PurchaseOrderSummary[]> {
  const lines = Map.groupBy(
    await linesOf(
      db,
      orders.map(({ id }) => id),
    ),
    ({ po_id }) => po_id,
  )
  return orders.map((order) => {
    const own = lines.get(order.id) ?? []
    return {
      po_id: order.id,
      po_number: order.number,
      status: order.status,
      supplier: order.supplier_id,
      warehouse: order.warehouse_id,
      currency: order.currency,
      total_minor: own.reduce((sum, { qty_ordered, unit_cost_minor }) => sum + qty_ordered * unit_cost_minor, 0),
      expected_at: order.expected_at,
      created_at: order.created_at.toISOString(),
      version: order.version,
      ...(order.asn === null ? {} : { asn: order.asn }),
      lines: own.map(({ po_id: _, line_no: __, ...line }) => line),
    }
  })
}

async function receiptsOf(db: Kysely<Tables>, orderId: string): Promise<ReceiptView[]> {
  const receipts = await db.selectFrom('receipt').selectAll().where('po_id', '=', orderId).orderBy('id').execute()
  const ids = receipts.map(({ id }) => id)
  const rows = await db
    .selectFrom('receipt_line')
    .selectAll()
    .where('receipt_id', '=', sql<string>`any(${ids})`)
    .orderBy('receipt_id')
    .orderBy('line_no')
    .execute()
  const lines = Map.groupBy(rows, ({ receipt_id }) => receipt_id)
  return receipts.map(({ id, status, received_at, received_by }) => ({
    receipt_id: id,
    status,
    received_at: received_at.toISOString(),
    received_by,
    lines: (lines.get(id) ?? []).map(({ discrepancy_reason, lot, location, ...line }) => ({
      sku: line.sku,
      qty_expected: line.qty_expected,
      qty_received: line.qty_received,
      qty_damaged: line.qty_damaged,
      ...(discrepancy_reason === null ? {} : { discrepancy_reason }),
      ...(lot === null ? {} : { lot }),
      ...(location === null ? {} : { location }),
    })),
  }))
}
