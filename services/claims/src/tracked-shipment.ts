import { z } from 'zod'

/** What logistics tells of a shipment, as far as a claim needs it. */
export const TrackedShipment = z.object({
  shipment_id: z.string(),
  order_ref: z.string().nullable().default(null),
  shipment_ref: z.string().nullable().default(null),
  status: z.string(),
  /** Null for the retailer's own vehicles. */
  carrier: z.string().nullable().default(null),
  tracking_no: z.string().nullable().default(null),
  promised_by: z.string().nullable().default(null),
  delivered_at: z.string().nullable().default(null),
  declared_value_minor: z.int().nullable().default(null),
  currency: z.string().nullable().default(null),
  late: z.boolean().default(false),
  /** What the carrier owes for loss or damage. */
  liability: z.object({ parcel_limit_minor: z.int() }).optional(),
})
export type TrackedShipment = z.output<typeof TrackedShipment>
