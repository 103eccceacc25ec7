import { z } from 'zod'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { cancelOrder } from '../order.ts'
import { FulfillmentStatus, OrderStatus } from '../order-view.ts'
import { forgetPurchase } from '../purchase-record.ts'

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
  text: ({ number, status }) => `${number} is ${status.replaceAll('_', ' ')}.`,
  async start({ order_id }, { caller }) {
    shopperOf(caller)
    return { workflowId: `cancel:${order_id}`, handle: order_id }
  },
  async outcome(_, { db, callAsCaller }, { order_id, reason }) {
    const order = await cancelOrder({ callAsCaller }, order_id, reason)
    if (order.status === 'cancelled') await forgetPurchase(db, order.order_id)
    const { number, status, fulfillment_status } = order
    return { order_id: order.order_id, number, status, fulfillment_status }
  },
})
