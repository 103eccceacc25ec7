import { z } from 'zod'
import { defineTool } from '../define.ts'
import { ShipmentView, shipmentView } from '../fulfilment-shapes.ts'
import { handOver } from '../handing-over.ts'
import { Name, OrderRef } from '../identifiers.ts'
import { stockUris } from '../uris.ts'

export const handOverShipment = defineTool({
  name: 'hand_over_shipment',
  title: 'Hand over shipment',
  description:
    'Give packages of an order to the carrier: their units leave stock for good, and the customer is charged for them. The packages of a shipment leave together. Repeating it answers with what has left.',
  scope: 'wms:fulfil',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    order_ref: OrderRef,
    packages: z
      .array(z.string().regex(/^\w{1,64}$/))
      .min(1)
      .max(100)
      .optional()
      .describe('Default: everything that is packed'),
    carrier: Name.optional(),
    tracking: z.string().min(1).max(128).optional(),
  }),
  output: z.object({ order_ref: z.string(), shipments: z.array(ShipmentView) }),
  text: ({ order_ref, shipments }) => `${shipments.length} shipments of ${order_ref} have left`,
  handle: async ({ order_ref, packages, carrier, tracking }, { db, caller, changed }) => {
    const shipments = await handOver(db, { orderRef: order_ref, packages, carrier, tracking, actor: caller.subject })
    const places = shipments.flatMap(({ warehouse_id, packages: own }) =>
      own.flatMap(({ lines }) => lines.map(({ sku }) => ({ sku, warehouse: warehouse_id }))),
    )
    changed(...stockUris(places))
    return { order_ref, shipments: shipments.map(shipmentView) }
  },
})
