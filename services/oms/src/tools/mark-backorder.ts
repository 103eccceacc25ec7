import { z } from 'zod'
import { defineTool } from '../define.ts'
import { markBackorder as mark } from '../delivery.ts'
import { Day, OrderLineId, OrderReference } from '../identifiers.ts'
import { lockOrder } from '../order.ts'
import { describeOrder } from '../order-view.ts'
import { OrderShape } from '../shapes.ts'
import { orderUris } from '../uris.ts'
import { viewerOf } from '../viewer.ts'

export const markBackorder = defineTool({
  name: 'mark_backorder',
  title: 'Mark backorder',
  description:
    'Say that units of a line are not there yet and when they are expected. The promised day of the order moves along; notify tells the customer.',
  scope: 'oms:write',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({
    order_id: OrderReference,
    order_line_id: OrderLineId,
    expected_on: Day,
    notify: z.boolean().default(true).describe('Whether the customer is told'),
  }),
  output: OrderShape,
  text: ({ number, promised_by }, { expected_on }) =>
    `${number} waits for goods until ${expected_on}; it is promised by ${promised_by}`,
  handle: async ({ order_id, order_line_id, expected_on, notify }, { db, caller, changed }) => {
    const viewer = viewerOf(caller)
    const locked = await lockOrder(db, order_id, viewer)
    const order = await mark(db, locked, {
      orderLineId: order_line_id,
      expectedOn: expected_on,
      notify,
      actor: caller.subject,
    })
    changed(...orderUris(order))
    return describeOrder(db, order, viewer)
  },
})
