import type { Kysely } from 'kysely'
import type { Tables, Visibility } from '../database-tables.ts'
import type { Order } from '../order.ts'
import { recordEvent } from '../timeline.ts'
import type { KeptFact } from './kept-facts.ts'

/** Enters a fact in the history of its order, at the moment in which it happened. */
export function recordFact(
  db: Kysely<Tables>,
  order: Order,
  { type, source, occurred_at, data }: KeptFact,
  { rank, visibility = 'customer' }: { rank: number; visibility?: Visibility },
): Promise<void> {
  return recordEvent(db, {
    orderId: order.id,
    type: type.replace(/\.v\d+$/, ''),
    actor: source,
    source,
    occurredAt: occurred_at,
    rank,
    visibility,
    data,
  })
}
