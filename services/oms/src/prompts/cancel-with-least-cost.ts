import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { OrderReference } from '../identifiers.ts'
import { completeNumber } from '../order-search.ts'
import { viewerOf } from '../viewer.ts'

export const cancelWithLeastCost = definePrompt({
  name: 'cancel_with_least_cost',
  title: 'Cancel with least cost',
  description: 'Find the cheapest way to cancel an order, or a part of it.',
  scope: 'oms:read',
  arguments: z.object({ order_id: OrderReference }),
  complete: { order_id: (typed, { db, caller }) => completeNumber(db, typed, viewerOf(caller)) },
  messages: ({ order_id }) => [
    {
      role: 'user',
      text: `The customer wants out of order ${order_id}. Work out what each way costs us and the customer, from how far every line is: cancel before picking, stop it in the warehouse, let it arrive and take it back, or keep a part of it. Name amounts in the order's currency from its lines, and what happens to the money (released or paid back). Recommend one way as an exact call of cancel_order, and ask me before you make it.`,
    },
    { role: 'user', resource: `orders://order/${order_id}` },
  ],
})
