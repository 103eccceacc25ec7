import { ulid } from 'ulid'
import { z } from 'zod'
import { exceptionTypes, severities } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { openException } from '../exception.ts'
import { Reason, ShipmentId } from '../identifiers.ts'
import { lockShipment, movingStatuses } from '../shipment.ts'
import { ExceptionView, exceptionView } from '../shipment-view.ts'
import { recordEvents } from '../tracking.ts'
import { EXCEPTIONS_URI, shipmentUri } from '../uris.ts'

export const reportException = defineTool({
  name: 'report_exception',
  title: 'Report exception',
  description:
    'Note that something is wrong with a shipment. One that is under way stops as exception until its next scan or until resolve_exception. The order process is told.',
  scope: 'tms:ship',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  input: z.object({
    shipment_id: ShipmentId,
    type: z.enum(exceptionTypes),
    severity: z.enum(severities).optional().describe('Default: by the type'),
    note: Reason.optional(),
  }),
  output: ExceptionView,
  text: ({ exception_id, type, severity, shipment_id }) => `${exception_id}: ${type} (${severity}) of ${shipment_id}`,
  handle: async ({ shipment_id, type, severity, note }, { db, caller, changed }) => {
    const shipment = await lockShipment(db, shipment_id)
    const cause = `tms:${ulid()}`
    const exception = await openException(db, shipment, { type, severity, note, cause, reportedBy: caller.subject })
    if (movingStatuses.includes(shipment.status))
      await recordEvents(db, shipment, [
        { source: 'tms', sourceEventId: exception.id, code: 'exception', occurredAt: new Date(), detail: note ?? type },
      ])
    changed(shipmentUri(shipment_id), EXCEPTIONS_URI)
    return exceptionView(exception)
  },
})
