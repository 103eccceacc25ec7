import { begin, outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { shipmentStatuses } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { Reason, ShipmentId } from '../identifiers.ts'
import { readInterception, requestInterception } from '../interception.ts'
import { readShipment } from '../shipment.ts'
import { shipmentUri } from '../uris.ts'
import { interceptShipment as workflow } from '../workflows/carrier-requests.ts'

export const interceptShipment = defineTool({
  name: 'intercept_shipment',
  title: 'Intercept shipment',
  description:
    'Stop a shipment: void what has not left and give its label back, or have what is under way turned back. intercepted false: it goes on to where it was sent.',
  scope: 'tms:ship',
  serviceOnly: true,
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({ shipment_id: ShipmentId, reason: Reason }),
  output: z.object({ shipment_id: z.string(), intercepted: z.boolean(), status: z.enum(shipmentStatuses) }),
  text: ({ shipment_id, intercepted, status }) =>
    `${shipment_id} was ${intercepted ? '' : 'not '}intercepted; it is ${status}`,
  start: async ({ shipment_id, reason }, { db, caller, changed }) => {
    const { id } = await requestInterception(db, { shipmentId: shipment_id, reason, actor: caller.subject })
    await begin(db, workflow, { id, subject: shipment_id, input: { id }, startedBy: caller.subject })
    changed(shipmentUri(shipment_id))
    return { workflowId: id, handle: shipmentUri(shipment_id) }
  },
  outcome: async (workflowId, { db }) => {
    await outcomeOf(workflow, workflowId)
    const { shipmentId, intercepted } = await readInterception(db, workflowId)
    const { status } = await readShipment(db, shipmentId)
    return { shipment_id: shipmentId, intercepted: intercepted === true, status }
  },
})
