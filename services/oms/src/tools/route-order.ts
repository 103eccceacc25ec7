import { begin, outcomeOf } from '@backroom/workflows'
import { ulid } from 'ulid'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { OrderReference } from '../identifiers.ts'
import { lockOrder } from '../order.ts'
import { describeRoute, RouteShape, Strategy } from '../route-view.ts'
import { orderUris } from '../uris.ts'
import { requireStaff } from '../viewer.ts'
import { routeOrder as workflow } from '../workflows/route-order.ts'

export const routeOrder = defineTool({
  name: 'route_order',
  title: 'Route order',
  description:
    'Give the units of an order that no warehouse has yet, such as backordered ones, to warehouses that have stock. Answers with the whole split and its reasons.',
  scope: 'oms:fulfil',
  effect: 'write',
  input: z.object({ order_id: OrderReference, strategy: Strategy }),
  output: RouteShape,
  text: ({ number, parcels }) => `${number} is sent in ${parcels} parcels`,
  start: async ({ order_id, strategy }, { db, caller, changed }) => {
    requireStaff(caller)
    const order = await lockOrder(db, order_id)
    const id = `route:${ulid()}`
    const input = { orderId: order.id, from: null, region: null, allowSplit: strategy === 'nearest' }
    await begin(db, workflow, { id, subject: order.id, input, startedBy: caller.subject })
    changed(...orderUris(order))
    return { workflowId: id, handle: order.id }
  },
  outcome: async (id, { db }) => describeRoute(db, (await outcomeOf(workflow, id)).orderId),
})
