import { BusinessError } from '@backroom/mcp-service'
import { z } from 'zod'
import type { Viewer } from './viewer.ts'

/** What a return needs to know of an order, as the orders server tells it. */
export const SoldOrder = z.object({
  order_id: z.string(),
  number: z.string(),
  customer_id: z.string(),
  currency: z.string(),
  region: z.string(),
  status: z.string(),
  ship_to_untrusted: z.record(z.string(), z.unknown()),
  lines: z.array(
    z.object({
      order_line_id: z.string(),
      sku: z.string(),
      title: z.string(),
      qty_ordered: z.int(),
      qty_delivered: z.int(),
      qty_returnable: z.int(),
      paid_minor: z.int(),
    }),
  ),
  shipments: z.array(
    z.object({
      shipment_ref: z.string(),
      warehouse: z.string(),
      carrier: z.string().nullable(),
      tracking: z.string().nullable(),
      delivered_at: z.string().nullable(),
      lines: z.array(z.object({ sku: z.string(), qty: z.int() })),
    }),
  ),
})
export type SoldOrder = z.output<typeof SoldOrder>
export type SoldLine = SoldOrder['lines'][number]

/**
 * The order, if the viewer may see it.
 *
 * @throws {BusinessError} not_found, the same as for an order that does not exist
 */
export function visibleOrder(answer: unknown, reference: string, { customerId }: Viewer): SoldOrder {
  const order = SoldOrder.parse(answer)
  if (customerId === undefined || order.customer_id === customerId) return order
  throw new BusinessError('not_found', `There is no order ${reference}.`)
}

/** When the last parcel with a SKU reached the customer; undefined when none did. */
export function deliveredAt({ shipments }: SoldOrder, sku: string): Date | undefined {
  const moments = shipments
    .filter(({ lines }) => lines.some((line) => line.sku === sku))
    .flatMap(({ delivered_at }) => (delivered_at === null ? [] : [Date.parse(delivered_at)]))
  return moments.length === 0 ? undefined : new Date(Math.max(...moments))
}

/** The warehouse that sent a line; where its units go back to. */
export function warehouseOf({ shipments }: SoldOrder, sku: string): string | undefined {
  return shipments.find(({ lines }) => lines.some((line) => line.sku === sku))?.warehouse
}
