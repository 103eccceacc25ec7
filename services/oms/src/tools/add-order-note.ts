import { z } from 'zod'
import { visibilities } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { OrderReference } from '../identifiers.ts'
import { addNote } from '../note.ts'
import { lockOrder } from '../order.ts'
import { NoteShape } from '../shapes.ts'
import { orderUris } from '../uris.ts'
import { viewerOf } from '../viewer.ts'

export const addOrderNote = defineTool({
  name: 'add_order_note',
  title: 'Add order note',
  description:
    'Write a note on an order. It is additive: each call without an idempotency_key adds another note. internal notes are for people of the retailer alone.',
  scope: 'oms:write',
  effect: 'write',
  idempotent: false,
  repeat: 'additive',
  input: z.object({
    order_id: OrderReference,
    text: z.string().trim().min(1).max(2_000),
    visibility: z.enum(visibilities).default('internal'),
  }),
  output: NoteShape,
  text: ({ note_id }, { order_id }) => `Note ${note_id} added to ${order_id}`,
  handle: async ({ order_id, text, visibility }, { db, caller, changed }) => {
    const viewer = viewerOf(caller)
    const order = await lockOrder(db, order_id, viewer)
    const note = await addNote(db, order, {
      text,
      visibility: viewer.customerId === undefined ? visibility : 'customer',
      author: caller.subject,
    })
    changed(...orderUris(order))
    return {
      note_id: note.id,
      visibility: note.visibility,
      text_untrusted: note.text,
      author: note.author,
      created_at: note.created_at.toISOString(),
    }
  },
})
