import { z } from 'zod'
import { defineTool } from '../define.ts'
import { fulfillmentOrdersOf } from '../fulfillment.ts'
import { orderOfFulfillment, splitFulfillment as split } from '../fulfillment-split.ts'
import { OrderLineId, Quantity } from '../identifiers.ts'
import { lockOrder } from '../order.ts'
import { fulfillmentOrderShape } from '../order-view.ts'
import { FulfillmentOrderShape } from '../shapes.ts'
import { orderUris } from '../uris.ts'
import { viewerOf } from '../viewer.ts'

export const splitFulfillment = defineTool({
  name: 'split_fulfillment',
  title: 'Split fulfilment',
  description:
    'Make two fulfilment orders of one that its warehouse has not begun, so that a part can go first. The new one gets the named units.',
  scope: 'oms:fulfil',
  effect: 'write',
  idempotent: true,
  repeat: 'key_required',
  input: z.object({
    fulfillment_order_id: z.string().min(1).max(64).describe('From get_order with include fulfillment_orders'),
    lines: z
      .array(z.object({ order_line_id: OrderLineId, qty: Quantity }))
      .min(1)
      .max(100),
  }),
  output: z.object({ fulfillment_orders: z.array(FulfillmentOrderShape).describe('All of the order') }),
  text: ({ fulfillment_orders }) => `The order has ${fulfillment_orders.length} fulfilment orders now`,
  handle: async ({ fulfillment_order_id, lines }, { db, caller, changed }) => {
    const orderId = await orderOfFulfillment(db, fulfillment_order_id)
    const order = await lockOrder(db, orderId, viewerOf(caller))
    const units = lines.map(({ order_line_id, qty }) => ({ orderLineId: order_line_id, qty }))
    await split(db, order, fulfillment_order_id, units)
    changed(...orderUris(order))
    return { fulfillment_orders: (await fulfillmentOrdersOf(db, [order.id])).map(fulfillmentOrderShape) }
  },
})
