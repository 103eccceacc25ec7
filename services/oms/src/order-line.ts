import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Tables } from './database-tables.ts'
import { openEntitlements } from './entitlement.ts'

export type OrderLine = Selectable<Tables['order_line']>

/** A line to be ordered; amounts in minor units, for all its units together except `unitMinor`. */
export interface NewLine {
  /** `oln_` and a ULID; a new one by default. */
  orderLineId?: string
  sku: string
  productId: string
  title: string
  qty: number
  unitMinor: number
  discountMinor: number
  shippingMinor: number
  taxMinor: number
}

/** What the customer pays for a line. */
export function paidMinor({ qty, unitMinor, discountMinor, shippingMinor, taxMinor }: NewLine): number {
  return qty * unitMinor - discountMinor + shippingMinor + taxMinor
}

type Amounts = Pick<OrderLine, 'qty_ordered' | 'paid_minor'>

/**
 * What the customer pays for the units `from` (inclusive, from 0) to `to` (exclusive) of a line: every unit costs the same
 * whole number of minor units, and the last one takes the rest. Parts of a line add up to the line, whatever the parts.
 */
export function amountOfUnits({ qty_ordered, paid_minor }: Amounts, from: number, to: number): number {
  const each = Math.floor(paid_minor / qty_ordered)
  const rest = to === qty_ordered && to > from ? paid_minor - qty_ordered * each : 0
  return (to - from) * each + rest
}

/** What the next `qty` units to be shipped cost: shipping takes units from the front of a line. */
export function amountToShip(line: Amounts & Pick<OrderLine, 'qty_shipped'>, qty: number): number {
  return amountOfUnits(line, line.qty_shipped, line.qty_shipped + qty)
}

/** What the next `qty` units to be cancelled cost: cancelling takes units from the back, so that it never meets shipping. */
export function amountToCancel(line: Amounts & Pick<OrderLine, 'qty_cancelled'>, qty: number): number {
  const end = line.qty_ordered - line.qty_cancelled
  return amountOfUnits(line, end - qty, end)
}

/** @throws {BusinessError} invalid_argument when a line is named twice: two wishes for one line would hide each other */
export function requireEachOnce(orderLineIds: readonly string[]): void {
  if (new Set(orderLineIds).size === orderLineIds.length) return
  throw new BusinessError('invalid_argument', 'Name each line once.')
}

/** Lines of the orders, in order. */
export function linesOf(db: Kysely<Tables>, orderIds: readonly string[]): Promise<OrderLine[]> {
  return db
    .selectFrom('order_line')
    .selectAll()
    .where('order_id', '=', sql<string>`any(${orderIds})`)
    .orderBy('order_id')
    .orderBy('line')
    .execute()
}

/** Adds lines to a locked order, numbered from `first`, each with the entitlement of what it costs. */
export async function insertLines(
  db: Kysely<Tables>,
  order: { id: string; placed_at: Date },
  lines: readonly NewLine[],
  first: number,
): Promise<OrderLine[]> {
  const inserted = await db
    .insertInto('order_line')
    .values(
      lines.map((line, index) => ({
        id: line.orderLineId ?? `oln_${ulid()}`,
        order_id: order.id,
        line: first + index,
        placed_at: order.placed_at,
        sku: line.sku,
        product_id: line.productId,
        title: line.title,
        qty_ordered: line.qty,
        unit_minor: line.unitMinor,
        discount_minor: line.discountMinor,
        shipping_minor: line.shippingMinor,
        tax_minor: line.taxMinor,
        paid_minor: paidMinor(line),
      })),
    )
    .returningAll()
    .execute()
  await openEntitlements(db, inserted)
  return inserted.sort((a, b) => a.line - b.line)
}
