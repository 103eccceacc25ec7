import { z } from 'zod'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { lookUpOrder } from '../order-lookup.ts'
import { OrderDetails } from '../order-view.ts'

export const getOrderStatus = defineTool({
  name: 'get_order_status',
  title: 'Get order status',
  description:
    'Look up one of your orders by its order_id or its number (ORD-…): status, lines, delivery, returns, totals.',
  scope: 'catshop:read',
  effect: 'read',
  input: z.object({ order_id: z.string().trim().min(1).max(64) }),
  output: OrderDetails,
  text: ({ number, status, fulfillment_status }) => `${number} is ${status} and ${fulfillment_status}.`,
  handle: ({ order_id }, { db, caller }) => lookUpOrder(db, shopperOf(caller), order_id),
})
