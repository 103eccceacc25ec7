import { decodeCursor, type Page, type PageRequest, pageOf } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { rmaStatuses, type Tables } from './database-tables.ts'
import { daysAfter } from './day.ts'
import type { Rma } from './rma.ts'
import type { Viewer } from './viewer.ts'

/** Which returns a list holds; all that is given must hold. */
export const RmaFilter = z.object({
  status: z.array(z.enum(rmaStatuses)).min(1).max(16).optional().describe('Any of these'),
  order: z.string().min(1).max(64).optional().describe('Order id or number'),
  customer: z.string().min(1).max(64).optional().describe('Customer id, for example cust-001'),
  sku: z.string().min(1).max(64).optional(),
  warehouse: z.string().min(1).max(32).optional(),
  requested_from: z.iso.date().optional().describe('Day (UTC); included'),
  requested_to: z.iso.date().optional().describe('Day (UTC); included'),
})
export type RmaFilter = z.output<typeof RmaFilter>

/**
 * Returns that match the filter and that the viewer may see, newest first.
 *
 * @throws {BusinessError} invalid_argument for a foreign cursor
 */
export async function searchRmas(
  db: Kysely<Tables>,
  filter: RmaFilter,
  { customerId }: Viewer,
  { cursor, limit }: PageRequest,
): Promise<Page<Rma>> {
  const after = decodeCursor(cursor, z.tuple([z.iso.datetime(), z.string()]))
  let query = db.selectFrom('rma').selectAll()
  if (customerId !== undefined) query = query.where('customer_id', '=', customerId)
  if (filter.customer !== undefined) query = query.where('customer_id', '=', filter.customer)
  if (filter.status) query = query.where('status', '=', sql<Rma['status']>`any(${filter.status})`)
  if (filter.order !== undefined)
    query = query.where(filter.order.startsWith('ord_') ? 'order_id' : 'order_number', '=', filter.order)
  if (filter.warehouse !== undefined) query = query.where('warehouse', '=', filter.warehouse)
  if (filter.sku !== undefined)
    query = query.where(sql<boolean>`exists (select from rma_line l where l.rma_id = rma.id and l.sku = ${filter.sku})`)
  if (filter.requested_from !== undefined) query = query.where('requested_at', '>=', new Date(filter.requested_from))
  if (filter.requested_to !== undefined)
    query = query.where('requested_at', '<', daysAfter(new Date(filter.requested_to), 1))
  if (after) query = query.where(sql<boolean>`(requested_at, id) < (${after[0]}::timestamptz, ${after[1]})`)
  const rows = await query
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, ({ requested_at, id }) => [requested_at.toISOString(), id])
}

/** Up to 20 numbers that start with what was typed, the newest first. */
export async function completeNumber(db: Kysely<Tables>, typed: string, { customerId }: Viewer): Promise<string[]> {
  const from = typed.toUpperCase()
  let query = db
    .selectFrom('rma')
    .select('number')
    .where('number', '>=', from)
    .where('number', '<', `${from}\u{10ffff}`)
  if (customerId !== undefined) query = query.where('customer_id', '=', customerId)
  const rows = await query.orderBy('number', 'desc').limit(20).execute()
  return rows.map(({ number }) => number)
}

/** Up to 20 values of a column of returns that start with what was typed. */
export async function completeFrom(
  db: Kysely<Tables>,
  what: 'warehouse' | 'customer_id',
  typed: string,
): Promise<string[]> {
  const rows = await db
    .selectFrom('rma')
    .select(`${what} as value`)
    .distinct()
    .where(what, '>=', typed)
    .where(what, '<', `${typed}\u{10ffff}`)
    .orderBy(what)
    .limit(20)
    .execute()
  return rows.map(({ value }) => value)
}

/** Up to 20 SKUs that were returned and start with what was typed. */
export async function completeSku(db: Kysely<Tables>, typed: string): Promise<string[]> {
  const from = typed.toUpperCase()
  const rows = await db
    .selectFrom('rma_line')
    .select('sku')
    .distinct()
    .where('sku', '>=', from)
    .where('sku', '<', `${from}\u{10ffff}`)
    .orderBy('sku')
    .limit(20)
    .execute()
  return rows.map(({ sku }) => sku)
}
