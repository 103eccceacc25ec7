import type { Page, PageRequest } from '@backroom/mcp-service'
import { decodeCursor, pageOf } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { HoldKind, HoldRow, HoldStatus, HoldTarget, Tables } from './database-tables.ts'

export interface HoldFilter {
  status: HoldStatus | 'in_force'
  kind?: HoldKind | undefined
  target?: HoldTarget | undefined
  targetId?: string | undefined
  olderThanHours?: number | undefined
  /** Minor units; of the hold itself, or of the payment that it is on. */
  amountFrom?: number | undefined
}

/**
 * Holds that match every given filter, the newest first.
 *
 * @throws {BusinessError} invalid_argument for a foreign cursor
 */
export async function listHolds(
  db: Kysely<Tables>,
  { status, kind, target, targetId, olderThanHours, amountFrom }: HoldFilter,
  { cursor, limit }: PageRequest,
): Promise<Page<HoldRow>> {
  const after = decodeCursor(cursor, z.tuple([z.string()]))
  const statuses = status === 'in_force' ? ['active', 'release_requested'] : [status]
  let query = db.selectFrom('hold').selectAll().where('status', '=', sql<HoldStatus>`any(${statuses})`)
  if (kind) query = query.where('kind', '=', kind)
  if (target) query = query.where('target', '=', target)
  if (targetId) query = query.where('target_id', '=', targetId)
  if (olderThanHours !== undefined)
    query = query.where('placed_at', '<', new Date(Date.now() - olderThanHours * 3_600_000))
  if (amountFrom !== undefined)
    query = query.where(
      sql<number>`coalesce(hold.amount_minor, (select i.amount_minor from payment_intent i where i.id = hold.target_id))`,
      '>=',
      amountFrom,
    )
  if (after) query = query.where('id', '<', after[0])
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, ({ id }) => [id])
}

/** Up to 20 ids that start with what was typed, in order. */
export async function completeHold(db: Kysely<Tables>, typed: string): Promise<string[]> {
  const rows = await db
    .selectFrom('hold')
    .select('id')
    .where('id', '>=', typed)
    .where('id', '<', `${typed}\u{10ffff}`)
    .orderBy('id')
    .limit(20)
    .execute()
  return rows.map(({ id }) => id)
}
