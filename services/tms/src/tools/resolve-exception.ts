import { z } from 'zod'
import { policyFor } from '../approval-policy.ts'
import { exceptionSubject } from '../approval-subject.ts'
import { shipmentStatuses } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { lockException } from '../exception.ts'
import { ExceptionId, Reason } from '../identifiers.ts'
import { resolutions, resolveException as resolve } from '../resolution.ts'
import { readShipment } from '../shipment.ts'
import { ExceptionView, exceptionView } from '../shipment-view.ts'
import { EXCEPTIONS_URI, shipmentUri } from '../uris.ts'

export const resolveException = defineTool({
  name: 'resolve_exception',
  title: 'Resolve exception',
  description:
    'End an exception. no_issue: the shipment goes on; reattempt: it waits for another try; return_to_sender; declare_lost; dispute_delivery: the customer says that it never came; reship: the same goods go out again as a new shipment.',
  scope: 'tms:ship',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: async ({ exception_id, resolution }, { db, caller }) => {
    if (resolution !== 'reship') return { tier: 'A0' }
    const { shipment_id } = await lockException(db, exception_id)
    const { declared_value_minor, currency } = await readShipment(db, shipment_id)
    const call = { tool: 'resolve_exception', account: caller.subject, currency, what: 'goods’ value' }
    return policyFor(db, { ...call, minor: declared_value_minor ?? 0 })
  },
  subject: ({ exception_id }, { db }) => exceptionSubject(db, exception_id),
  input: z.object({ exception_id: ExceptionId, resolution: z.enum(resolutions), note: Reason.optional() }),
  output: ExceptionView.extend({
    shipment_status: z.enum(shipmentStatuses),
    replacement_shipment_id: z.string().optional(),
  }),
  text: ({ exception_id, resolution, shipment_status }) =>
    `${exception_id} resolved: ${resolution}; the shipment is ${shipment_status}`,
  handle: async ({ exception_id, resolution, note }, { db, caller, changed }) => {
    const ended = await resolve(db, { id: exception_id, resolution, note, actor: caller.subject })
    const { exception, shipment, replacement } = ended
    changed(shipmentUri(shipment.id), EXCEPTIONS_URI)
    return {
      ...exceptionView(exception),
      shipment_status: shipment.status,
      ...(replacement ? { replacement_shipment_id: replacement.id } : {}),
    }
  },
})
