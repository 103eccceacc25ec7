import { BusinessError } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { begin, outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { policyFor } from '../approval-policy.ts'
import { labelSubject } from '../approval-subject.ts'
import { consignmentOf } from '../consignment.ts'
import { defineTool } from '../define.ts'
import { RateId, ShipmentId } from '../identifiers.ts'
import { livingLabel, readLabel, requestLabel } from '../label.ts'
import { parcelLabelsOf } from '../parcel-label.ts'
import { chooseRate, quoteRates } from '../rates.ts'
import { readShipment } from '../shipment.ts'
import { shipmentUri } from '../uris.ts'
import { buyLabel as workflow } from '../workflows/carrier-requests.ts'

export const buyLabel = defineTool({
  name: 'buy_label',
  title: 'Buy label',
  description:
    'Hand a shipment to a carrier or to the own fleet, at a rate of quote_rates; without one, the cheapest that keeps the promise. Each parcel gets a tracking number of its own. A shipment has one label: calling it again answers with that. track_shipment follows it from here.',
  scope: 'tms:ship',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: async ({ shipment_id, rate_id }, { db, caller }) => {
    const shipment = await readShipment(db, shipment_id)
    if (await livingLabel(db, shipment_id)) return { tier: 'A0' }
    const rate = chooseRate(await quoteRates(db, await consignmentOf(db, shipment)), shipment, rate_id)
    const { costMinor: minor, currency } = rate
    return policyFor(db, { tool: 'buy_label', account: caller.subject, minor, currency, what: 'price' })
  },
  subject: ({ shipment_id }, { db }) => labelSubject(db, shipment_id),
  input: z.object({ shipment_id: ShipmentId, rate_id: RateId.optional() }),
  output: z.object({
    label_id: z.string(),
    shipment_id: z.string(),
    tracking_no: z.string().describe('Of the first parcel'),
    parcels: z.array(z.object({ barcode: z.string(), tracking_no: z.string() })).describe('What sticks on each parcel'),
    carrier: z.string(),
    service: z.string(),
    cost_minor: z.int(),
    currency: z.string(),
    promised_on: z.string(),
  }),
  text: ({ tracking_no, carrier, cost_minor, currency }) =>
    `Label ${tracking_no} of ${carrier} for ${formatMoney(cost_minor, currency)}`,
  start: async ({ shipment_id, rate_id }, { db, caller, changed }) => {
    const { id } = await requestLabel(db, { shipmentId: shipment_id, rateId: rate_id, actor: caller.subject })
    await begin(db, workflow, { id, subject: shipment_id, input: { id }, startedBy: caller.subject })
    changed(shipmentUri(shipment_id))
    return { workflowId: id, handle: shipmentUri(shipment_id) }
  },
  outcome: async (workflowId, { db }) => {
    await outcomeOf(workflow, workflowId)
    const label = await readLabel(db, workflowId)
    const parcels = await parcelLabelsOf(db, workflowId)
    const [first] = parcels
    if (!first) throw refused(label.shipment_id, label.message)
    return {
      label_id: label.id,
      shipment_id: label.shipment_id,
      tracking_no: first.tracking_no,
      parcels: parcels.map(({ barcode, tracking_no }) => ({ barcode, tracking_no })),
      carrier: label.carrier_id,
      service: label.service,
      cost_minor: label.cost_minor,
      currency: label.currency,
      promised_on: label.promised_on,
    }
  },
})

function refused(shipmentId: string, message: string | null): BusinessError {
  return new BusinessError(
    'conflict',
    `The carrier sold no label for ${shipmentId}: ${message ?? 'it gave no reason'}`,
    {
      nextActions: [{ tool: 'quote_rates', arguments: { shipment_id: shipmentId }, hint: 'Choose another carrier.' }],
    },
  )
}
