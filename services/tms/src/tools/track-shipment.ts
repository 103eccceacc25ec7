import { z } from 'zod'
import { defineTool } from '../define.ts'
import { OrderRef, ShipmentId, TrackingNo } from '../identifiers.ts'
import { findShipments } from '../shipment-lookup.ts'
import { ShipmentDetail, ShipmentSummary, shipmentDetail, shipmentSummary } from '../shipment-view.ts'

export const trackShipment = defineTool({
  name: 'track_shipment',
  title: 'Track shipment',
  description:
    'Where a shipment is: status, expected arrival, everything that was scanned, proof of delivery and exceptions. By shipment, order or tracking number; of an order with several shipments the newest is told in full.',
  scope: 'tms:read',
  effect: 'read',
  openWorld: true,
  input: z.object({
    shipment_id: ShipmentId.optional(),
    tracking_no: TrackingNo.optional(),
    order_ref: OrderRef.optional(),
    shipment_ref: OrderRef.optional(),
  }),
  output: ShipmentDetail.extend({ other_shipments: z.array(ShipmentSummary) }),
  text: ({ shipment_id, status, late, eta }) =>
    `${shipment_id} is ${status}${eta ? `, expected ${eta}` : ''}${late ? ' (late)' : ''}`,
  handle: async (name, { db }) => {
    const [newest, ...others] = await findShipments(db, name)
    if (!newest) throw new Error('findShipments found nothing and did not say so')
    return { ...(await shipmentDetail(db, newest)), other_shipments: others.map(shipmentSummary) }
  },
})
