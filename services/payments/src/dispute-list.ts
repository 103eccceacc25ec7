import type { Page, PageRequest } from '@backroom/mcp-service'
import { decodeCursor, pageOf } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { DisputeRow, DisputeStatus, Tables } from './database-tables.ts'

/** Statuses in which the provider has not decided. */
export const undecided = ['warning', 'needs_response', 'under_review', 'expired'] as const

export interface DisputeFilter {
  statuses: readonly DisputeStatus[]
  paymentId?: string | undefined
  respondBefore?: Date | undefined
}

/**
 * Disputes that match every given filter, the newest first.
 *
 * @throws {BusinessError} invalid_argument for a foreign cursor
 */
export async function listDisputes(
  db: Kysely<Tables>,
  { statuses, paymentId, respondBefore }: DisputeFilter,
  { cursor, limit }: PageRequest,
): Promise<Page<DisputeRow>> {
  const after = decodeCursor(cursor, z.tuple([z.string()]))
  let query = db.selectFrom('dispute').selectAll().where('status', '=', sql<DisputeStatus>`any(${statuses})`)
  if (paymentId) query = query.where('intent_id', '=', paymentId)
  if (respondBefore) query = query.where('respond_by', '<', respondBefore)
  if (after) query = query.where('id', '<', after[0])
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, ({ id }) => [id])
}

/** Up to 20 ids that start with what was typed, in order. */
export async function completeDispute(db: Kysely<Tables>, typed: string): Promise<string[]> {
  const rows = await db
    .selectFrom('dispute')
    .select('id')
    .where('id', '>=', typed)
    .where('id', '<', `${typed}\u{10ffff}`)
    .orderBy('id')
    .limit(20)
    .execute()
  return rows.map(({ id }) => id)
}
