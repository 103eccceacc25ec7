import { BusinessError } from '@backroom/mcp-service'
import { defineWorkflow } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { lockOrder } from '../order.ts'
import { findShipment, shipmentLinesOf } from '../shipment.ts'
import { recordEvent } from '../timeline.ts'

export interface LostParcel {
  orderId: string
  shipmentRef: string
  lastScanAt: string | null
}

/** Drafts the claims of a parcel that nobody has scanned for days: the customer's, and with it the carrier's. */
export const lostParcel = defineWorkflow<Tables>()({
  name: 'lost_parcel',
  kind: 'lost_parcel',
  async run(input: LostParcel, steps): Promise<void> {
    steps.pivot()
    if (!steps.isDeployed('claims')) return
    const draft = await steps.transaction('parcel', (db) => draftOf(db, input))
    if (!draft) return
    const claim = await steps
      .call<{ claim_number: string }>('open_claim', 'claims', 'open_claim', draft)
      .then(({ claim_number }) => ({ claim_number }))
      .catch((error: unknown) => {
        if (error instanceof BusinessError) return { refused: error.message }
        throw error
      })
    await steps.transaction('note', (db) =>
      recordEvent(db, {
        orderId: input.orderId,
        type: 'claim.drafted',
        actor: 'orders',
        visibility: 'internal',
        data: { shipment_ref: input.shipmentRef, ...claim },
      }),
    )
  },
})

/** Undefined when it has come after all. */
async function draftOf(db: Kysely<Tables>, { orderId, shipmentRef, lastScanAt }: LostParcel) {
  await lockOrder(db, orderId)
  const shipment = await findShipment(db, shipmentRef)
  if (shipment?.status !== 'shipped') return undefined
  const units = await shipmentLinesOf(db, [shipmentRef])
  const byLine = Map.groupBy(units, ({ order_line_id }) => order_line_id)
  return {
    order_id: orderId,
    shipment_id: shipmentRef,
    type: 'not_received',
    draft: true,
    lines: [...byLine].map(([order_line_id, parts]) => ({
      order_line_id,
      qty: parts.reduce((sum, { qty }) => sum + qty, 0),
    })),
    statement: `No scan since ${lastScanAt ?? 'it was handed over'}: the parcel is taken for lost.`,
  }
}
