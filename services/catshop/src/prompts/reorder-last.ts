import { z } from 'zod'
import { shopperOf } from '../customer.ts'
import { definePrompt } from '../define.ts'
import { listOrders } from '../order.ts'

export const reorderLast = definePrompt({
  name: 'reorder_last',
  title: 'Reorder the last order',
  description: 'Put the products of your last order into the cart again.',
  scope: 'catshop:read',
  arguments: z.object({}),
  async messages(_, { caller, callAsCaller }) {
    shopperOf(caller)
    const [last] = (await listOrders({ callAsCaller }, { limit: 1 })).items
    if (!last) return 'Tell me that I have not ordered anything yet, and ask what I am looking for.'
    return [
      { role: 'user', resource: `catshop://orders/${last.order_id}` },
      {
        role: 'user',
        text: 'Put the products of this order into my cart in the same quantities. Tell me about prices that have changed and products that are gone. Show me the preview of the checkout with its total, and buy only when I say so. Give me an order number only if checkout returned it.',
      },
    ]
  },
})
