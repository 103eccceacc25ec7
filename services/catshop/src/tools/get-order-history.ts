import { Cursor } from '@backroom/mcp-service'
import { z } from 'zod'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { listOrders } from '../order.ts'
import { OrderSummary, orderSummary } from '../order-view.ts'
import { Verbosity } from '../product-view.ts'

export const getOrderHistory = defineTool({
  name: 'get_order_history',
  title: 'Get order history',
  description:
    'List your own orders, newest first. Check here before you tell anybody that an order was placed; only orders listed here exist.',
  scope: 'catshop:read',
  effect: 'read',
  input: z.object({
    limit: z.int().min(1).max(100).default(10).describe('Orders to return, at most 100'),
    cursor: Cursor,
    verbosity: Verbosity,
  }),
  output: z.object({
    count: z.int().describe('Orders in this answer'),
    orders: z.array(OrderSummary),
    next_cursor: z.string().optional(),
  }),
  text: ({ count, orders }) => {
    const named = orders.slice(0, 5).map((order) => `${order.number} ${order.status}`)
    return count === 0 ? 'No orders.' : `${count} orders: ${named.join(', ')}${count > named.length ? ', …' : ''}`
  },
  async handle({ limit, cursor, verbosity }, { caller, callAsCaller }) {
    shopperOf(caller)
    const { items, next_cursor } = await listOrders({ callAsCaller }, { limit, cursor })
    return { count: items.length, orders: items.map((order) => orderSummary(order, verbosity)), next_cursor }
  },
})
