import { z } from 'zod'
import { defineTool } from '../define.ts'
import { OrderReference } from '../identifiers.ts'
import { getOrder as findOrder } from '../order.ts'
import { describeOrder, includable } from '../order-view.ts'
import { OrderShape } from '../shapes.ts'
import { viewerOf } from '../viewer.ts'

export const getOrder = defineTool({
  name: 'get_order',
  title: 'Get order',
  description:
    'One order by id or number: lines, money, open holds, shipments, adjustments, and allowed_actions, the tools that make sense for it as it is.',
  scope: 'oms:read',
  effect: 'read',
  openWorld: true,
  input: z.object({
    order_id: OrderReference,
    include: z.array(z.enum(includable)).max(2).default([]).describe('What to add'),
  }),
  output: OrderShape,
  text: ({ number, status, payment_status, fulfillment_status }) =>
    `${number} is ${status}, ${payment_status}, ${fulfillment_status}`,
  handle: async ({ order_id, include }, { db, caller }) => {
    const viewer = viewerOf(caller)
    return describeOrder(db, await findOrder(db, order_id, viewer), viewer, include)
  },
})
