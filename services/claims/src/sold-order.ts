import { z } from 'zod'

const Moment = z.string().nullable()

/** What orders tells of an order, as far as a claim needs it. */
export const SoldOrder = z.object({
  order_id: z.string(),
  number: z.string(),
  customer_id: z.string(),
  region: z.string(),
  currency: z.string(),
  placed_at: z.string(),
  promised_by: z.string(),
  lines: z.array(
    z.object({
      order_line_id: z.string(),
      sku: z.string(),
      title: z.string(),
      qty_ordered: z.int(),
      qty_shipped: z.int(),
      shipping_minor: z.int(),
      paid_minor: z.int(),
    }),
  ),
  shipments: z.array(
    z.object({
      shipment_ref: z.string(),
      carrier: z.string().nullable(),
      tracking: z.string().nullable(),
      delivered_at: Moment,
      lines: z.array(z.object({ sku: z.string(), qty: z.int() })),
    }),
  ),
})
export type SoldOrder = z.output<typeof SoldOrder>
export type SoldLine = SoldOrder['lines'][number]
export type Parcel = SoldOrder['shipments'][number]
