import { listOf, paging } from '@backroom/mcp-service'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { OrderReference } from '../identifiers.ts'
import { getOrder } from '../order.ts'
import { EventShape } from '../shapes.ts'
import { eventShape, readTimeline } from '../timeline.ts'
import { viewerOf } from '../viewer.ts'

export const getOrderTimeline = defineTool({
  name: 'get_order_timeline',
  title: 'Get order timeline',
  description: 'What happened to an order in all domains, oldest first, by the moment in which it happened.',
  scope: 'oms:read',
  effect: 'read',
  openWorld: true,
  input: z.object({ order_id: OrderReference, ...paging }),
  output: listOf(EventShape),
  text: ({ items, next_cursor }) => `${items.length} events${next_cursor ? ', more follow' : ''}`,
  handle: async ({ order_id, cursor, limit }, { db, caller }) => {
    const viewer = viewerOf(caller)
    const order = await getOrder(db, order_id, viewer)
    const page = await readTimeline(db, order.id, viewer, { cursor, limit })
    return { ...page, items: page.items.map((event) => eventShape(event, viewer)) }
  },
})
