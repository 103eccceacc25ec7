import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Tables, Visibility } from './database-tables.ts'
import type { Order } from './order.ts'
import { recordEvent } from './timeline.ts'
import type { Viewer } from './viewer.ts'

export type Note = Selectable<Tables['order_note']>

/** Adds a note to an order; each call adds one. */
export async function addNote(
  db: Kysely<Tables>,
  order: Order,
  { text, visibility, author }: { text: string; visibility: Visibility; author: string },
): Promise<Note> {
  const note = await db
    .insertInto('order_note')
    .values({ id: `note_${ulid()}`, order_id: order.id, visibility, text, author })
    .returningAll()
    .executeTakeFirstOrThrow()
  await recordEvent(db, {
    orderId: order.id,
    type: 'order.note_added',
    actor: author,
    visibility,
    data: { note_id: note.id, text_untrusted: text },
  })
  return note
}

/** Notes on the orders that the viewer may read, oldest first. */
export function notesOf(db: Kysely<Tables>, orderIds: readonly string[], { customerId }: Viewer): Promise<Note[]> {
  let query = db.selectFrom('order_note').selectAll().where('order_id', '=', sql<string>`any(${orderIds})`)
  if (customerId !== undefined) query = query.where('visibility', '=', 'customer')
  return query.orderBy('id').execute()
}
