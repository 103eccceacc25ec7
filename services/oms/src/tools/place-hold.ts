import { z } from 'zod'
import { holdKinds } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { placeHold as hold } from '../hold.ts'
import { OrderReference, Reason } from '../identifiers.ts'
import { lockOrder } from '../order.ts'
import { describeOrder } from '../order-view.ts'
import { OrderShape } from '../shapes.ts'
import { HOLDS_URI, orderUris } from '../uris.ts'
import { viewerOf } from '../viewer.ts'

export const placeHold = defineTool({
  name: 'place_hold',
  title: 'Place hold',
  description:
    'Stop an order until the hold is released with release_order_hold. The same kind and reason again is the same hold.',
  scope: 'oms:hold',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({ order_id: OrderReference, kind: z.enum(holdKinds), reason: Reason }),
  output: OrderShape,
  text: ({ number, status, holds }) => `${number} is ${status} with ${holds.length} open holds`,
  handle: async ({ order_id, kind, reason }, { db, caller, changed }) => {
    const viewer = viewerOf(caller)
    const order = await hold(db, await lockOrder(db, order_id, viewer), { kind, reason, actor: caller.subject })
    changed(...orderUris(order), HOLDS_URI)
    return describeOrder(db, order, viewer)
  },
})
