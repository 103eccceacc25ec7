import { defineWorkflow } from '@backroom/workflows'
import { announce } from '../changes.ts'
import type { Tables } from '../database-tables.ts'
import { lockRma } from '../rma.ts'
import { update } from '../rma-status.ts'
import { rmaUris } from '../uris.ts'

export interface StopParcelInput {
  rmaId: string
  shipmentId: string
  reason: string
}

/**
 * Has logistics give back the label of a return that came to nothing, or turn its parcel back. Begun in the transaction
 * that ends the return.
 */
export const stopParcel = defineWorkflow<Tables>()({
  name: 'stop_parcel',
  kind: 'return',
  async run({ rmaId, shipmentId, reason }: StopParcelInput, steps): Promise<void> {
    steps.pivot()
    const { intercepted } = await steps.call<{ intercepted: boolean }>('stop', 'tms', 'intercept_shipment', {
      shipment_id: shipmentId,
      reason,
    })
    const rma = await steps.transaction('note', async (db) =>
      update(db, await lockRma(db, rmaId), { label_voided: intercepted }),
    )
    announce(...rmaUris(rma))
  },
})
