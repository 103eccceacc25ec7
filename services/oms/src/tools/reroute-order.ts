import { begin, outcomeOf } from '@backroom/workflows'
import { ulid } from 'ulid'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { OrderReference, Region, WarehouseId } from '../identifiers.ts'
import { lockOrder } from '../order.ts'
import { describeRoute, RouteShape, Strategy } from '../route-view.ts'
import { orderUris } from '../uris.ts'
import { requireStaff } from '../viewer.ts'
import { routeOrder as workflow } from '../workflows/route-order.ts'

export const rerouteOrder = defineTool({
  name: 'reroute_order',
  title: 'Reroute order',
  description:
    'Move what a warehouse has not picked of an order to other warehouses. Stock is held there first, so nothing is lost when there is none: then the order stays as it was.',
  scope: 'oms:fulfil',
  effect: 'write',
  input: z.object({
    order_id: OrderReference,
    from_warehouse: WarehouseId,
    region: Region.optional().describe('Region whose warehouses are preferred; default: that of the customer'),
    strategy: Strategy,
  }),
  output: RouteShape,
  text: ({ number, parcels }) => `${number} is sent in ${parcels} parcels`,
  start: async ({ order_id, from_warehouse: from, region, strategy }, { db, caller, changed }) => {
    requireStaff(caller)
    const order = await lockOrder(db, order_id)
    const id = `route:${ulid()}`
    const input = { orderId: order.id, from, region: region ?? null, allowSplit: strategy === 'nearest' }
    await begin(db, workflow, { id, subject: order.id, input, startedBy: caller.subject })
    changed(...orderUris(order))
    return { workflowId: id, handle: order.id }
  },
  outcome: async (id, { db }) => describeRoute(db, (await outcomeOf(workflow, id)).orderId),
})
