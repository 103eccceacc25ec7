import { z } from 'zod'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { lookUpOrder } from '../order-lookup.ts'
import { OrderDetails } from '../order-view.ts'
import { ORDER_VIEW } from '../resources/views.ts'

export const getOrderStatus = defineTool({
  name: 'get_order_status',
  title: 'Get order status',
  description:
    'Look up one of your orders by its order_id, its number (ORD-…) or the checkout_id that it came from: status, lines, delivery, returns, totals.',
  scope: 'catshop:read',
  effect: 'read',
  view: ORDER_VIEW,
  input: z.object({ order_id: z.string().trim().min(1).max(64) }),
  output: OrderDetails,
  text: ({ number, status, fulfillment_status }) => `${number} is ${status} and ${fulfillment_status}.`,
  async handle({ order_id }, { db, caller, callAsCaller }) {
    shopperOf(caller)
    return lookUpOrder({ db, callAsCaller }, order_id)
  },
})
