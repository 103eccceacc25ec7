import { DAY_MS, type Day } from '@backroom/calendar'
import type { Page, PageRequest } from '@backroom/mcp-service'
import { decodeCursor, pageOf } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { encodeTime } from 'ulid'
import { z } from 'zod'
import type { Intent, IntentStatus, Tables } from './database-tables.ts'

export interface PaymentFilter {
  status?: IntentStatus | undefined
  customerId?: string | undefined
  orderRef?: string | undefined
  from?: Day | undefined
  to?: Day | undefined
}

/**
 * Payments that match every given filter, the newest first.
 *
 * @throws {BusinessError} invalid_argument for a foreign cursor
 */
export async function listPayments(
  db: Kysely<Tables>,
  { status, customerId, orderRef, from, to }: PaymentFilter,
  { cursor, limit }: PageRequest,
): Promise<Page<Intent>> {
  const after = decodeCursor(cursor, z.tuple([z.string()]))
  let query = db.selectFrom('payment_intent').selectAll()
  if (status) query = query.where('status', '=', status)
  if (customerId) query = query.where('customer_id', '=', customerId)
  if (orderRef) query = query.where('order_ref', '=', orderRef)
  if (from) query = query.where('id', '>=', firstIdFrom(startOf(from)))
  if (to) query = query.where('id', '<', firstIdFrom(startOf(to) + DAY_MS))
  if (after) query = query.where('id', '<', after[0])
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, ({ id }) => [id])
}

const TIME_LENGTH = 10

function startOf(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`)
}

/** Ids begin with the moment of their making, so that a period is a range of ids. */
function firstIdFrom(moment: number): string {
  return `pay_${encodeTime(moment, TIME_LENGTH)}`
}

/** Up to 20 ids that start with what was typed, in order. */
export async function completePayment(db: Kysely<Tables>, typed: string): Promise<string[]> {
  const rows = await db
    .selectFrom('payment_intent')
    .select('id')
    .where('id', '>=', typed)
    .where('id', '<', `${typed}\u{10ffff}`)
    .orderBy('id')
    .limit(20)
    .execute()
  return rows.map(({ id }) => id)
}
