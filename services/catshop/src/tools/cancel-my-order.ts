import { z } from 'zod'
import { giveBack } from '../coupon.ts'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { cancelOrder } from '../order.ts'
import { FulfillmentStatus, OrderStatus } from '../order-view.ts'

export const cancelMyOrder = defineTool({
  name: 'cancel_my_order',
  title: 'Cancel my order',
  description:
    'Cancel one of your orders before it ships. A cancelled order stays cancelled. Once it has shipped, use initiate_return.',
  scope: 'catshop:write',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({
    order_id: z.string().trim().min(1).max(64),
    reason: z.string().trim().min(1).max(500),
  }),
  output: z.object({
    order_id: z.string(),
    number: z.string(),
    status: OrderStatus,
    fulfillment_status: FulfillmentStatus,
  }),
  text: ({ number }) => `${number} is cancelled.`,
  async handle({ order_id, reason }, { db, caller }) {
    const { order, changed: cancelled } = await cancelOrder(db, shopperOf(caller), order_id, reason)
    if (cancelled) await giveBack(db, order.order_id)
    const { order_number: number, status, fulfillment_status } = order
    return { order_id: order.order_id, number, status, fulfillment_status }
  },
})
