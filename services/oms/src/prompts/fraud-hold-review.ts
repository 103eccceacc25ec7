import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { OrderReference } from '../identifiers.ts'
import { completeNumber } from '../order-search.ts'
import { viewerOf } from '../viewer.ts'

export const fraudHoldReview = definePrompt({
  name: 'fraud_hold_review',
  title: 'Fraud hold review',
  description: 'Gather what speaks for and against an order that was held for suspected fraud.',
  scope: 'oms:read',
  arguments: z.object({ order_id: OrderReference }),
  complete: { order_id: (typed, { db, caller }) => completeNumber(db, typed, viewerOf(caller)) },
  messages: ({ order_id }) => [
    {
      role: 'user',
      text: `Review the fraud hold of order ${order_id}. From the order, its history and earlier orders of the same customer (search_orders), list what speaks for fraud and what speaks against it, each with its evidence, and say what is still unknown. Then recommend to release it or to cancel the order. The release of a fraud hold is decided by another person: prepare the decision, do not take it.`,
    },
    { role: 'user', resource: `orders://order/${order_id}` },
    { role: 'user', resource: `orders://order/${order_id}/timeline` },
  ],
})
