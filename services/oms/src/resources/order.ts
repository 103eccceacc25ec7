import { defineResource } from '../define.ts'
import { getOrder } from '../order.ts'
import { completeNumber } from '../order-search.ts'
import { describeOrder, includable } from '../order-view.ts'
import { viewerOf } from '../viewer.ts'

export const order = defineResource({
  name: 'order',
  title: 'Order',
  description: 'An order with its lines, fulfilment orders, shipments, holds, adjustments and notes, by id or number.',
  uri: 'orders://order/{id}',
  scope: 'oms:read',
  subscribable: true,
  complete: { id: (typed, { db, caller }) => completeNumber(db, typed, viewerOf(caller)) },
  read: async ({ id = '' }, { db, caller }) => {
    const viewer = viewerOf(caller)
    return describeOrder(db, await getOrder(db, id, viewer), viewer, includable)
  },
})
