import { defineResource } from '../define.ts'
import { readShipment } from '../shipment.ts'
import { completeShipment } from '../shipment-lookup.ts'
import { shipmentDetail } from '../shipment-view.ts'

export const shipment = defineResource({
  name: 'shipment',
  title: 'Shipment',
  description: 'A shipment with its label, everything that was scanned, proofs and exceptions.',
  uri: 'logistics://shipment/{id}',
  scope: 'tms:read',
  subscribable: true,
  complete: { id: (typed, { db }) => completeShipment(db, typed) },
  read: async ({ id = '' }, { db }) => shipmentDetail(db, await readShipment(db, id)),
})
