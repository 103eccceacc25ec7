import { z } from 'zod'
import { shopperOf } from '../customer.ts'
import { definePrompt } from '../define.ts'
import { listOrders } from '../order.ts'

export const startReturn = definePrompt({
  name: 'start_return',
  title: 'Start a return',
  description: 'Send something back: choose the products, give a reason, ask for the return.',
  scope: 'catshop:read',
  arguments: z.object({ order_id: z.string().min(1).max(64).describe('The order, by its order_id or number') }),
  messages: ({ order_id }) => [
    { role: 'user', resource: `catshop://orders/${encodeURIComponent(order_id)}` },
    { role: 'user', resource: 'catshop://policies/returns' },
    {
      role: 'user',
      text: 'I want to send something from this order back. Ask me which products, how many of each and why. Check that the policy allows it, repeat to me what you are going to ask for, and call initiate_return once I agree. Tell me the return number that it gives and what I do next.',
    },
  ],
  complete: {
    async order_id(typed, { caller, callAsCaller }) {
      shopperOf(caller)
      const { items } = await listOrders({ callAsCaller }, { limit: 100 })
      return items.flatMap((order) => [order.number, order.order_id]).filter((id) => id.startsWith(typed))
    },
  },
})
