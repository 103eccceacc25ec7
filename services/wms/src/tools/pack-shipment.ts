import { z } from 'zod'
import { defineTool } from '../define.ts'
import { ShipmentView, shipmentView } from '../fulfilment-shapes.ts'
import { OrderRef, SkuLines, WarehouseId } from '../identifiers.ts'
import { packShipment as pack } from '../packing.ts'

export const packShipment = defineTool({
  name: 'pack_shipment',
  title: 'Pack shipment',
  description:
    'Pack picked units of an order into cartons; they become the packages of one shipment, which leaves with hand_over_shipment. An order may be packed in several shipments. Without weight_g the weight is worked out from the SKUs.',
  scope: 'wms:fulfil',
  effect: 'write',
  idempotent: true,
  input: z.object({
    order_ref: OrderRef,
    warehouse: WarehouseId.optional().describe('Needed when the order is picked in several warehouses'),
    cartons: z
      .array(
        z.object({
          lines: SkuLines,
          container: z
            .string()
            .regex(/^[\w.:/#-]{1,64}$/)
            .optional()
            .describe('Number on the carton'),
          weight_g: z.int().positive().max(1_000_000).optional(),
        }),
      )
      .min(1)
      .max(50),
  }),
  output: ShipmentView,
  text: ({ shipment_ref, packages, order_ref }) =>
    `Shipment ${shipment_ref} of ${order_ref}: ${packages.length} packages`,
  handle: async ({ order_ref, warehouse, cartons }, { db, caller }) =>
    shipmentView(
      await pack(db, {
        orderRef: order_ref,
        warehouse,
        cartons: cartons.map(({ lines, container, weight_g }) => ({ lines, container, weightG: weight_g })),
        actor: caller.subject,
      }),
    ),
})
