import { formatMoney } from '@backroom/money'
import { begin, outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { policyFor } from '../approval-policy.ts'
import { labelSubject } from '../approval-subject.ts'
import { labelStatuses } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { TrackingNo } from '../identifiers.ts'
import { readLabel, requestVoid } from '../label.ts'
import { labelByTracking } from '../parcel-label.ts'
import { shipmentUri } from '../uris.ts'
import { voidLabel as workflow } from '../workflows/carrier-requests.ts'

export const voidLabel = defineTool({
  name: 'void_label',
  title: 'Void label',
  description:
    'Give the unused label of a shipment back to its carrier, as long as none of its parcels was collected. The shipment can then get another.',
  scope: 'tms:ship',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: async ({ tracking_no }, { db, caller }) => {
    const { cost_minor: minor, currency } = await labelByTracking(db, tracking_no)
    return policyFor(db, { tool: 'void_label', account: caller.subject, minor, currency, what: 'price' })
  },
  subject: async ({ tracking_no }, { db }) => labelSubject(db, (await labelByTracking(db, tracking_no)).shipment_id),
  input: z.object({ tracking_no: TrackingNo.describe('Tracking number of any parcel of the shipment') }),
  output: z.object({
    label_id: z.string(),
    shipment_id: z.string(),
    tracking_no: z.string(),
    status: z.enum(labelStatuses).describe('purchased: the carrier refused, and the label stands'),
    refund_minor: z.int(),
    currency: z.string(),
    message: z.string().optional(),
  }),
  text: ({ tracking_no, status, refund_minor, currency }) =>
    `Label ${tracking_no}: ${status}, ${formatMoney(refund_minor, currency)} back`,
  start: async ({ tracking_no }, { db, caller, changed }) => {
    const label = await requestVoid(db, await labelByTracking(db, tracking_no))
    // A carrier that refused once may be asked again later.
    const id = `void:${label.id}:${label.message === null ? 1 : Date.now()}`
    const input = { id: label.id }
    await begin(db, workflow, { id, subject: label.shipment_id, input, startedBy: caller.subject })
    changed(shipmentUri(label.shipment_id))
    return { workflowId: id, handle: shipmentUri(label.shipment_id) }
  },
  outcome: async (workflowId, { db }, { tracking_no }) => {
    await outcomeOf(workflow, workflowId)
    const label = await readLabel(db, (await labelByTracking(db, tracking_no)).id)
    return {
      label_id: label.id,
      shipment_id: label.shipment_id,
      tracking_no,
      status: label.status,
      refund_minor: label.refund_minor ?? 0,
      currency: label.currency,
      ...(label.message === null ? {} : { message: label.message }),
    }
  },
})
