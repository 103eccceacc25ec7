import { defineWorkflow } from '@backroom/workflows'
import type { Tables } from '../database-tables.ts'
import { recordEvent } from '../timeline.ts'
import { interceptShipment } from './carrier-calls.ts'

export interface WithdrawnParcel {
  orderId: string
  shipmentRef: string
  tmsShipmentId: string
}

/** Takes back from logistics what a warehouse unpacks: the label is given back, or the parcel turned round. */
export const withdrawParcel = defineWorkflow<Tables>()({
  name: 'withdraw_parcel',
  kind: 'ship',
  async run({ orderId, shipmentRef, tmsShipmentId: shipmentId }: WithdrawnParcel, steps): Promise<void> {
    steps.pivot()
    const stopped = await interceptShipment(steps, 'stop', { shipmentId, reason: `${shipmentRef} was cancelled` })
    const type = stopped ? 'shipment.withdrawn' : 'shipment.withdrawal_failed'
    const data = { shipment_ref: shipmentRef }
    await steps.transaction('note', (db) =>
      recordEvent(db, { orderId, type, actor: 'orders', visibility: 'internal', data }),
    )
  },
})
