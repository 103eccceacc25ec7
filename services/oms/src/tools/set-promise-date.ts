import { z } from 'zod'
import { defineTool } from '../define.ts'
import { promise } from '../delivery.ts'
import { Day, OrderReference } from '../identifiers.ts'
import { lockOrder } from '../order.ts'
import { describeOrder } from '../order-view.ts'
import { OrderShape } from '../shapes.ts'
import { orderUris } from '../uris.ts'
import { viewerOf } from '../viewer.ts'

export const setPromiseDate = defineTool({
  name: 'set_promise_date',
  title: 'Set promise date',
  description:
    'Promise another last day of arrival. When the order has to leave the warehouse moves along; notify tells the customer.',
  scope: 'oms:write',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({
    order_id: OrderReference,
    date: Day,
    notify: z.boolean().default(true).describe('Whether the customer is told'),
  }),
  output: OrderShape,
  text: ({ number, promised_by }) => `${number} is promised by ${promised_by}`,
  handle: async ({ order_id, date, notify }, { db, caller, changed }) => {
    const viewer = viewerOf(caller)
    const order = await promise(db, await lockOrder(db, order_id, viewer), { date, notify, actor: caller.subject })
    changed(...orderUris(order))
    return describeOrder(db, order, viewer)
  },
})
