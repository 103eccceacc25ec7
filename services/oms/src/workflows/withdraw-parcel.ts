import { defineWorkflow, type Steps } from '@backroom/workflows'
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
  async run(parcel: WithdrawnParcel, steps): Promise<void> {
    steps.pivot()
    await takeBack(steps, parcel, 'was cancelled')
  },
})

/** Has logistics stop a parcel; the order tells whether it could, since one that goes on must be dealt with by people. */
export async function takeBack(
  steps: Steps<Tables>,
  { orderId, shipmentRef, tmsShipmentId: shipmentId }: WithdrawnParcel,
  cause: string,
): Promise<void> {
  const stopped = await interceptShipment(steps, 'stop', { shipmentId, reason: `${shipmentRef} ${cause}` })
  const type = stopped ? 'shipment.withdrawn' : 'shipment.withdrawal_failed'
  const data = { shipment_ref: shipmentRef }
  await steps.transaction('note', (db) =>
    recordEvent(db, { orderId, type, actor: 'orders', visibility: 'internal', data }),
  )
}
