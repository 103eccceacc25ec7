import { defineWorkflow, type Steps } from '@backroom/workflows'
import { announce } from '../changes.ts'
import type { LabelMethod, Tables } from '../database-tables.ts'
import { type Label, setLabel } from '../label.ts'
import { linesOf, lockRma, type Rma, type RmaLine } from '../rma.ts'
import { type SoldOrder, visibleOrder } from '../sold-order.ts'
import { rmaUris } from '../uris.ts'

export interface LabelInput {
  rmaId: string
  method: Exclude<LabelMethod, 'own'>
  /** When a carrier may come for it; `pickup` only. */
  window?: { from: string; to: string } | undefined
}

/** What logistics answers; more than what is read here. */
interface Shipment {
  shipment_id: string
}
interface BoughtLabel {
  carrier: string
  tracking_no: string
  cost_minor: number
}
interface Pickup {
  booking_ref: string
}

/** Books the way back of authorised goods with logistics: a shipment, its label and, where wanted, somebody who comes for it. */
export const issueLabel = defineWorkflow<Tables>()({
  name: 'issue_label',
  kind: 'return',
  deadlineMs: 300_000,
  async run({ rmaId, method, window }: LabelInput, steps): Promise<{ rmaId: string }> {
    const { rma, lines } = await steps.transaction('read', async (db) => ({
      rma: await lockRma(db, rmaId),
      lines: await linesOf(db, [rmaId]),
    }))
    const answer = await steps.call('order', 'oms', 'get_order', { order_id: rma.order_id })
    const shipment = await createShipment(steps, rma, lines, visibleOrder(answer, rma.order_id, {}))
    const bought = await steps.call<BoughtLabel>('label', 'tms', 'buy_label', { shipment_id: shipment.shipment_id })
    const pickup = method === 'pickup' ? await bookPickup(steps, shipment, window) : undefined
    steps.pivot()
    const label: Label = {
      method,
      shipmentId: shipment.shipment_id,
      carrier: bought.carrier,
      tracking: bought.tracking_no,
      costMinor: bought.cost_minor,
      pickupRef: pickup?.booking_ref,
    }
    announce(...rmaUris(await steps.transaction('note', async (db) => setLabel(db, await lockRma(db, rmaId), label))))
    return { rmaId }
  },
})

/** One parcel with everything that was authorised; logistics knows it by the number of the return. */
function createShipment(
  steps: Steps<Tables>,
  rma: Rma,
  lines: readonly RmaLine[],
  order: SoldOrder,
): Promise<Shipment> {
  const units = lines
    .filter(({ qty_authorised }) => qty_authorised > 0)
    .map(({ sku, qty_authorised }) => ({ sku, qty: qty_authorised }))
  return steps.call('shipment', 'tms', 'create_shipment', {
    direction: 'return',
    rma_number: rma.number,
    order_ref: rma.order_id,
    warehouse: rma.warehouse,
    ship_to: order.ship_to_untrusted,
    service_level: 'standard',
    packages: [{ package_id: rma.number, weight_g: null, lines: units }],
    declared_value_minor: lines.reduce((sum, { drawn_minor }) => sum + drawn_minor, 0),
    currency: rma.currency,
  })
}

function bookPickup(steps: Steps<Tables>, { shipment_id }: Shipment, window: LabelInput['window']): Promise<Pickup> {
  return steps.call('pickup', 'tms', 'schedule_pickup', { shipment_id, ...(window ? { window } : {}) })
}
