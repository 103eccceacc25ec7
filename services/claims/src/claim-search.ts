import { decodeCursor, type Page, type PageRequest, pageOf } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Claim } from './claim.ts'
import { claimKinds, claimStatuses, type Tables } from './database-tables.ts'
import { Day, OrderReference, ShipmentReference } from './identifiers.ts'
import type { Viewer } from './viewer.ts'

/** Which claims a list holds; all that is given must hold. */
export const ClaimFilter = z.object({
  order_id: OrderReference.optional(),
  shipment_ref: ShipmentReference.optional(),
  customer: z.string().min(1).max(64).optional().describe('Customer id, for example cust-001'),
  status: z.enum(claimStatuses).optional(),
  type: z.enum(claimKinds).optional(),
  region: z.string().min(1).max(64).optional().describe('Sales region, for example west'),
  carrier: z.string().min(1).max(120).optional(),
  opened_from: Day.optional(),
  opened_to: Day.optional().describe('Included'),
})
export type ClaimFilter = z.output<typeof ClaimFilter>

/**
 * Claims that match the filter, newest first; a customer finds the own ones alone.
 *
 * @throws {BusinessError} invalid_argument for a foreign cursor
 */
export async function searchClaims(
  db: Kysely<Tables>,
  filter: ClaimFilter,
  { customerId }: Viewer,
  { cursor, limit }: PageRequest,
): Promise<Page<Claim>> {
  const after = decodeCursor(cursor, z.tuple([z.iso.datetime(), z.string()]))
  const { order_id, opened_from, opened_to } = filter
  let query = db.selectFrom('claim').selectAll()
  if (customerId !== undefined) query = query.where('customer_id', '=', customerId)
  if (order_id) query = query.where(order_id.startsWith('ORD-') ? 'order_number' : 'order_id', '=', order_id)
  if (filter.shipment_ref) query = query.where('shipment_ref', '=', filter.shipment_ref)
  if (filter.customer) query = query.where('customer_id', '=', filter.customer)
  if (filter.status) query = query.where('status', '=', filter.status)
  if (filter.type) query = query.where('kind', '=', filter.type)
  if (filter.region) query = query.where('region', '=', filter.region)
  if (filter.carrier) query = query.where('carrier', '=', filter.carrier)
  if (opened_from) query = query.where('opened_at', '>=', new Date(opened_from))
  if (opened_to) query = query.where(sql<boolean>`opened_at < ${opened_to}::date + 1`)
  if (after) query = query.where(sql<boolean>`(opened_at, id) < (${after[0]}::timestamptz, ${after[1]})`)
  const rows = await query
    .orderBy('opened_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, ({ opened_at, id }) => [opened_at.toISOString(), id])
}

/** Numbers of claims that begin with what was typed, newest first. */
export async function completeNumber(db: Kysely<Tables>, typed: string, { customerId }: Viewer): Promise<string[]> {
  let query = db.selectFrom('claim').select('number').where(beginsWith('number', typed))
  if (customerId !== undefined) query = query.where('customer_id', '=', customerId)
  const rows = await query.orderBy('number', 'desc').limit(20).execute()
  return rows.map(({ number }) => number)
}

/** Numbers of the latest other claims of the same customer. */
export async function earlierClaims(
  db: Kysely<Tables>,
  { id, customer_id }: Pick<Claim, 'id' | 'customer_id'>,
): Promise<string[]> {
  const rows = await db
    .selectFrom('claim')
    .select('number')
    .where('customer_id', '=', customer_id)
    .where('id', '!=', id)
    .orderBy('opened_at', 'desc')
    .orderBy('id', 'desc')
    .limit(5)
    .execute()
  return rows.map(({ number }) => number)
}

/** Shipments with something to recover whose name begins with what was typed. */
export async function completeShipment(db: Kysely<Tables>, typed: string): Promise<string[]> {
  const { rows } = await sql<{ shipment_ref: string }>`
    select distinct shipment_ref from recovery where starts_with(lower(shipment_ref), lower(${typed})) order by shipment_ref limit 20`.execute(
    db,
  )
  return rows.map(({ shipment_ref }) => shipment_ref)
}

/** Recoveries whose id begins with what was typed, newest first. */
export async function completeRecovery(db: Kysely<Tables>, typed: string): Promise<string[]> {
  const rows = await db
    .selectFrom('recovery')
    .select('id')
    .where(sql<boolean>`starts_with(lower(id), lower(${typed}))`)
    .orderBy('id', 'desc')
    .limit(20)
    .execute()
  return rows.map(({ id }) => id)
}

function beginsWith(column: string, typed: string) {
  return sql<boolean>`starts_with(${sql.ref(column)}, ${typed.toUpperCase()})`
}
