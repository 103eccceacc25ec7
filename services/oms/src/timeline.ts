import type { Page, PageRequest } from '@backroom/mcp-service'
import { decodeCursor, pageOf } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { z } from 'zod'
import type { Tables, Visibility } from './database-tables.ts'
import type { EventShape } from './shapes.ts'
import type { Viewer } from './viewer.ts'

export type OrderEvent = Selectable<Tables['order_event']>

/** Something that happened to an order, here or in another domain. */
export interface Happening {
  orderId: string
  /** `order.placed`, `stock.picked`, … */
  type: string
  /** Who caused it: an account, a customer or a service. */
  actor: string
  data?: Record<string, unknown>
  /** Server that saw it; this one by default. */
  source?: string
  /** When it happened; now by default. */
  occurredAt?: Date | string
  /** Orders what happened in the same moment, a cause before its effect. */
  rank?: number
  /** internal: not shown to the customer. */
  visibility?: Visibility
}

/** Adds to the history of orders, in the transaction of the change. */
export async function recordEvents(db: Kysely<Tables>, events: readonly Happening[]): Promise<void> {
  if (events.length === 0) return
  await db
    .insertInto('order_event')
    .values(
      events.map(({ orderId, type, actor, data = {}, source = 'orders', occurredAt, rank = 0, visibility }) => ({
        order_id: orderId,
        type,
        actor,
        source,
        rank,
        visibility: visibility ?? 'customer',
        occurred_at: occurredAt ?? new Date(),
        data: JSON.stringify(data),
      })),
    )
    .execute()
}

/** Adds one entry to the history of an order. */
export function recordEvent(db: Kysely<Tables>, event: Happening): Promise<void> {
  return recordEvents(db, [event])
}

/**
 * What happened to an order in all domains, oldest first: by the moment in which it happened, however late it was
 * reported.
 */
export async function readTimeline(
  db: Kysely<Tables>,
  orderId: string,
  { customerId }: Viewer,
  { cursor, limit }: PageRequest,
): Promise<Page<OrderEvent>> {
  const after = decodeCursor(cursor, z.tuple([z.iso.datetime(), z.int(), z.int()]))
  let query = db.selectFrom('order_event').selectAll().where('order_id', '=', orderId)
  if (customerId !== undefined) query = query.where('visibility', '=', 'customer')
  if (after)
    query = query.where(
      sql<boolean>`(occurred_at, rank, id) > (${after[0]}::timestamptz, ${after[1]}::integer, ${after[2]}::bigint)`,
    )
  const rows = await query
    .orderBy('occurred_at')
    .orderBy('rank')
    .orderBy('id')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, ({ occurred_at, rank, id }) => [occurred_at.toISOString(), rank, id])
}

/** An event as callers see it; the customer does not learn which account acted. */
export function eventShape(
  { occurred_at, type, source, actor, data }: OrderEvent,
  { customerId }: Viewer,
): z.input<typeof EventShape> {
  const shown = customerId === undefined || actor === customerId ? actor : 'retailer'
  return { at: occurred_at.toISOString(), type, source, actor: shown, data }
}
