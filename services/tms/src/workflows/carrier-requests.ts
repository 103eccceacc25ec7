import { defineWorkflow, enqueue, RetryLater, type Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { BoughtLabel, CarrierAnswer } from '../carrier/carrier.ts'
import { carrierInUse } from '../carrier/carriers-in-use.ts'
import { announce } from '../changes.ts'
import type { Tables } from '../database-tables.ts'
import { readInterception, settleInterception } from '../interception.ts'
import { type Label, labelRequest, readLabel, requestVoid, settleLabel, settleVoid } from '../label.ts'
import { parcelLabelsOf } from '../parcel-label.ts'
import { readPickup, settlePickup } from '../pickup.ts'
import { readShipment } from '../shipment.ts'
import { shipmentUri } from '../uris.ts'

interface Request {
  /** Id of the row that was committed before: the carrier's key. */
  id: string
}

/** Buys the label that was written down. */
export const buyLabel = defineWorkflow<Tables>()({
  name: 'buy_label',
  kind: 'buy_label',
  async run({ id }: Request, steps): Promise<void> {
    steps.pivot()
    const { carrierId, ...request } = await steps.transaction('read', (db) => labelRequest(db, id))
    const answer = await ask(steps, () => carrierInUse(carrierId).buyLabel(request))
    const { shipment_id } = await steps.transaction('settle', (db) => settle(db, id, answer))
    announce(shipmentUri(shipment_id))
  },
})

/** A shipment that was voided meanwhile needs no label. */
async function settle(db: Kysely<Tables>, id: string, answer: Settled<BoughtLabel>): Promise<Label> {
  const label = await settleLabel(db, id, answer)
  const { status } = await readShipment(db, label.shipment_id)
  if (label.status !== 'purchased' || status !== 'voided') return label
  await enqueue(db, voidLabel, { id: `void:${id}:1`, subject: label.shipment_id, input: { id }, startedBy: 'tms' })
  return requestVoid(db, { id })
}

/** Gives a label back. */
export const voidLabel = defineWorkflow<Tables>()({
  name: 'void_label',
  kind: 'void_label',
  async run({ id }: Request, steps): Promise<void> {
    steps.pivot()
    const { carrierId, ...request } = await steps.transaction('read', async (db) => ({
      carrierId: (await readLabel(db, id)).carrier_id,
      labelId: id,
      trackingNos: (await parcelLabelsOf(db, id)).map(({ tracking_no }) => tracking_no),
    }))
    const answer = await ask(steps, () => carrierInUse(carrierId).voidLabel(request))
    const { shipment_id } = await steps.transaction('settle', (db) => settleVoid(db, id, answer))
    announce(shipmentUri(shipment_id))
  },
})

/** Asks a carrier to collect. */
export const bookPickup = defineWorkflow<Tables>()({
  name: 'book_pickup',
  kind: 'book_pickup',
  async run({ id }: Request, steps): Promise<void> {
    steps.pivot()
    const { pickup, at } = await steps.transaction('read', async (db) => {
      const pickup = await readPickup(db, id)
      return { pickup, at: (await readShipment(db, pickup.shipment_id)).ship_from }
    })
    const window = { from: new Date(pickup.window_from), to: new Date(pickup.window_to) }
    const answer = await ask(steps, () => carrierInUse(pickup.carrier_id).bookPickup({ pickupId: id, at, ...window }))
    await steps.transaction('settle', async (db) => void (await settlePickup(db, id, answer)))
    announce(shipmentUri(pickup.shipment_id))
  },
})

/** Asks a carrier to turn a shipment back. */
export const interceptShipment = defineWorkflow<Tables>()({
  name: 'intercept_shipment',
  kind: 'intercept_shipment',
  async run({ id }: Request, steps): Promise<void> {
    steps.pivot()
    const { shipmentId, intercepted, label, unsent } = await steps.transaction('read', (db) => readInterception(db, id))
    if (intercepted !== null) return
    const verdict = label ? await stopWithCarrier(steps, id, label, unsent) : { intercepted: false }
    await steps.transaction('settle', (db) => settleInterception(db, id, verdict))
    announce(shipmentUri(shipmentId))
  },
})

/** A label that was not used yet is given back; a parcel that was collected is turned back. */
async function stopWithCarrier(
  steps: Steps<Tables>,
  interceptionId: string,
  { id: labelId, carrierId, trackingNos }: { id: string; carrierId: string; trackingNos: string[] },
  unsent: boolean,
): Promise<Parameters<typeof settleInterception>[2]> {
  if (unsent) {
    const back = await ask(steps, () => carrierInUse(carrierId).voidLabel({ labelId, trackingNos }), 'void')
    if (back.status === 'succeeded') return { intercepted: true, unused: { labelId, refundMinor: back.refundMinor } }
  }
  const answer = await ask(steps, () => carrierInUse(carrierId).intercept({ interceptionId, trackingNos }))
  return { intercepted: answer.status === 'succeeded' }
}

type Settled<Success> = Exclude<CarrierAnswer<Success>, { status: 'unknown' }>

/** The carrier's final word: an unknown outcome is asked for again under the same id. */
function ask<Success>(
  steps: Steps<Tables>,
  send: () => Promise<CarrierAnswer<Success>>,
  name = 'ask',
): Promise<Settled<Success>> {
  return steps.remote(name, async () => {
    const answer = await send()
    if (answer.status === 'unknown') throw new RetryLater(answer.reason)
    return answer as Settled<Success>
  })
}
