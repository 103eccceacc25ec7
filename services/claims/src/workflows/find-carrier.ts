import { defineWorkflow } from '@backroom/workflows'
import { rememberCarrier } from '../carrier-of-claim.ts'
import type { Tables } from '../database-tables.ts'
import { shipmentNamed } from './shipment-calls.ts'

/** Asks logistics who carried the parcel of a claim that is open already, so that its time to recover is watched. */
export const findCarrier = defineWorkflow<Tables>()({
  name: 'find_carrier',
  kind: 'find_carrier',
  async run({ number, shipmentRef }: { number: string; shipmentRef: string }, steps): Promise<void> {
    steps.pivot()
    const shipment = await shipmentNamed(steps, shipmentRef)
    if (shipment?.carrier) await steps.transaction('remember', (db) => rememberCarrier(db, number, shipment))
  },
})
