import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Tables } from './database-tables.ts'
import { fulfillmentOrdersOf } from './fulfillment.ts'
import { getOrder } from './order.ts'
import { fulfillmentOrderShape } from './order-view.ts'
import { FulfillmentOrderShape } from './shapes.ts'

export const strategies = ['nearest', 'fewest_parcels'] as const

export const Strategy = z
  .enum(strategies)
  .default('nearest')
  .describe(
    "nearest: warehouses of the customer's region first, in as many parcels as it takes; fewest_parcels: one warehouse or none",
  )

/** How an order is divided among warehouses. */
export const RouteShape = z.object({
  order_id: z.string(),
  number: z.string(),
  parcels: z.int().describe('Warehouses that send something: what the split costs'),
  arrives_by: z.string(),
  split: z.array(FulfillmentOrderShape.extend({ reason: z.string() })),
})

/** The present split of an order, with the reason for each part. */
export async function describeRoute(db: Kysely<Tables>, orderId: string): Promise<z.input<typeof RouteShape>> {
  const order = await getOrder(db, orderId)
  const all = await fulfillmentOrdersOf(db, [orderId])
  const live = all.filter(({ status }) => status !== 'cancelled')
  const warehouses = new Set(live.map(({ warehouse }) => warehouse))
  const late = (shipBy: Date) => (shipBy.getTime() < Date.now() ? '; it should have left already' : '')
  return {
    order_id: order.id,
    number: order.number,
    parcels: warehouses.size,
    arrives_by: order.promised_by,
    split: live.map((task) => ({
      ...fulfillmentOrderShape(task),
      reason: `${warehouses.size === 1 ? 'Has everything' : 'Has these units'}, preferred for ${order.region}${late(task.ship_by)}`,
    })),
  }
}
