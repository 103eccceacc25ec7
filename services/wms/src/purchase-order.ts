import type { Day } from '@backroom/calendar'
import { dayOf, daysAfter } from '@backroom/calendar'
import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { PurchaseOrderStatus, Tables } from './database-tables.ts'
import { requireSku, requireWarehouse } from './master-data.ts'
import { requirePlanLine } from './reorder-plan.ts'
import { expectIncoming, lockBalances } from './stock.ts'

export type PurchaseOrder = Selectable<Tables['purchase_order']>
export type PurchaseOrderLine = Selectable<Tables['po_line']>

/** Goods to order: quantity in units of the SKU. */
export interface Reorder {
  sku: string
  quantity: number
  warehouse: string
  expectedAt?: Day | undefined
  /** A plan whose line this is; such a line is ordered once. */
  planId?: string | undefined
  note?: string | undefined
  actor: string
}

/** Where a purchase order may go from each status. */
const purchaseOrderTransitions: Record<PurchaseOrderStatus, readonly PurchaseOrderStatus[]> = {
  draft: ['ordered', 'cancelled'],
  ordered: ['partially_received', 'received', 'cancelled'],
  partially_received: ['received'],
  received: ['closed'],
  closed: [],
  cancelled: [],
}

/**
 * Places a purchase order with the supplier of the SKU and counts its units as incoming. A plan line that is ordered
 * already answers with its order.
 *
 * @throws {BusinessError} not_found for an unknown SKU, warehouse or plan line; conflict without a supplier or with an
 * expired plan; invalid_argument for a day in the past
 */
export async function placePurchaseOrder(db: Kysely<Tables>, reorder: Reorder): Promise<PurchaseOrder> {
  const { sku, quantity, warehouse, planId, note, actor } = reorder
  const { unit_cost_minor, currency } = await requireSku(db, sku)
  await requireOpenWarehouse(db, warehouse)
  const supplier = await supplierOf(db, sku, warehouse)
  if (planId !== undefined) {
    const placed = await requirePlanLine(db, { planId, sku, warehouse })
    if (placed) return orderById(db, placed)
  }
  const order = await db
    .insertInto('purchase_order')
    .values({
      id: `po_${ulid()}`,
      number: sql<string>`'PO-' || to_char(now() at time zone 'utc', 'YYYY-') || lpad(nextval('purchase_order_number')::text, 6, '0')`,
      supplier_id: supplier.supplier_id,
      warehouse_id: warehouse,
      status: 'ordered',
      currency,
      expected_at: expectedDay(reorder.expectedAt, supplier.lead_time_days),
      note: note ?? null,
      plan_id: planId ?? null,
      created_by: actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await db
    .insertInto('po_line')
    .values({ po_id: order.id, line_no: 1, sku, qty_ordered: quantity, unit_cost_minor })
    .execute()
  if (planId !== undefined)
    await db
      .insertInto('reorder_plan_order')
      .values({ plan_id: planId, sku, warehouse_id: warehouse, po_id: order.id })
      .execute()
  await lockBalances(db, [{ sku, warehouse }], { create: true })
  await expectIncoming(db, [{ sku, warehouse, qty: quantity }])
  return order
}

/**
 * Cancels an order of which nothing has arrived. Cancelling again answers with the cancelled order.
 *
 * @throws {BusinessError} not_found; invalid_transition when goods have arrived
 */
export async function cancelPurchaseOrder(db: Kysely<Tables>, number: string, reason: string): Promise<PurchaseOrder> {
  const order = await lockOrder(db, { number })
  if (order.status === 'cancelled') return order
  requireTransition(order, 'cancelled')
  const places = (await linesOf(db, [order.id])).map(({ sku, qty_ordered }) => ({
    sku,
    warehouse: order.warehouse_id,
    qty: -qty_ordered,
  }))
  if (order.status === 'ordered') {
    await lockBalances(db, places)
    await expectIncoming(db, places)
  }
  return setStatus(db, order, 'cancelled', reason)
}

/**
 * The purchase order with this number or shipping notice, locked until the transaction ends.
 *
 * @throws {BusinessError} not_found
 */
export async function lockOrder(
  db: Kysely<Tables>,
  wanted: { number: string } | { asn: string },
): Promise<PurchaseOrder> {
  const query = db.selectFrom('purchase_order').selectAll().forUpdate()
  const order =
    'number' in wanted
      ? await query.where('number', '=', wanted.number).executeTakeFirst()
      : await query.where('asn', '=', wanted.asn).executeTakeFirst()
  if (order) return order
  throw 'number' in wanted ? unknownOrder(wanted.number) : unknownOrder(`for shipping notice ${wanted.asn}`)
}

/** Moves a locked order on; the transition must be legal. */
export function setStatus(
  db: Kysely<Tables>,
  order: PurchaseOrder,
  status: PurchaseOrderStatus,
  cancelReason: string | null = null,
): Promise<PurchaseOrder> {
  return db
    .updateTable('purchase_order')
    .set({ status, cancel_reason: cancelReason, version: order.version + 1 })
    .where('id', '=', order.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/**
 * @throws {BusinessError} invalid_transition with the legal set
 */
export function requireTransition(order: PurchaseOrder, to: PurchaseOrderStatus): void {
  const legal = purchaseOrderTransitions[order.status]
  if (legal.includes(to)) return
  throw new BusinessError('invalid_transition', `${order.number} is ${order.status} and cannot become ${to}.`, {
    details: { status: order.status, wanted: to, legal },
    nextActions: [{ tool: 'get_purchase_order', arguments: { po_number: order.number } }],
  })
}

/** Lines of the orders, in order. */
export function linesOf(db: Kysely<Tables>, orderIds: readonly string[]): Promise<PurchaseOrderLine[]> {
  return db
    .selectFrom('po_line')
    .selectAll()
    .where('po_id', '=', sql<string>`any(${orderIds})`)
    .orderBy('po_id')
    .orderBy('line_no')
    .execute()
}

/** What a caller hears about an order that does not exist. */
export function unknownOrder(number: string): BusinessError {
  return new BusinessError('not_found', `There is no purchase order ${number}.`, {
    nextActions: [{ tool: 'list_purchase_orders', hint: 'Look the number up.' }],
  })
}

function orderById(db: Kysely<Tables>, id: string): Promise<PurchaseOrder> {
  return db.selectFrom('purchase_order').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

async function requireOpenWarehouse(db: Kysely<Tables>, id: string): Promise<void> {
  const { active, name } = await requireWarehouse(db, id)
  if (!active) throw new BusinessError('conflict', `Warehouse ${id} (${name}) is closed and takes no deliveries.`)
}

/** The supplier for the warehouse; else the one that delivers the SKU to another warehouse. */
async function supplierOf(
  db: Kysely<Tables>,
  sku: string,
  warehouse: string,
): Promise<{ supplier_id: string; lead_time_days: number }> {
  const policies = await db
    .selectFrom('stock_policy')
    .select(['warehouse_id', 'supplier_id', 'lead_time_days'])
    .where('sku', '=', sku)
    .orderBy('warehouse_id')
    .execute()
  const policy = policies.find(({ warehouse_id }) => warehouse_id === warehouse) ?? policies[0]
  if (policy) return policy
  throw new BusinessError('conflict', `No supplier is set for ${sku}, so it cannot be ordered.`, {
    nextActions: [{ hint: 'Ask purchasing to set a stock policy with a supplier for this SKU.' }],
  })
}

function expectedDay(wanted: Day | undefined, leadTimeDays: number): Day {
  if (wanted === undefined) return daysAfter(dayOf(), leadTimeDays)
  if (wanted >= dayOf()) return wanted
  throw new BusinessError('invalid_argument', `expected_at ${wanted} is in the past; today is ${dayOf()}.`)
}
