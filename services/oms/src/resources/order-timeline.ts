import { defineResource } from '../define.ts'
import { getOrder } from '../order.ts'
import { completeNumber } from '../order-search.ts'
import { eventShape, readTimeline } from '../timeline.ts'
import { viewerOf } from '../viewer.ts'

const FIRST = 100

export const orderTimeline = defineResource({
  name: 'order_timeline',
  title: 'Order timeline',
  description: `The first ${FIRST} events of an order in all domains, oldest first. get_order_timeline reads further.`,
  uri: 'orders://order/{id}/timeline',
  scope: 'oms:read',
  complete: { id: (typed, { db, caller }) => completeNumber(db, typed, viewerOf(caller)) },
  read: async ({ id = '' }, { db, caller }) => {
    const viewer = viewerOf(caller)
    const order = await getOrder(db, id, viewer)
    const page = await readTimeline(db, order.id, viewer, { limit: FIRST })
    return { order_id: order.id, ...page, items: page.items.map((event) => eventShape(event, viewer)) }
  },
})
