import { z } from 'zod'
import { policyFor } from '../approval-policy.ts'
import { stopSubject } from '../approval-subject.ts'
import { reassignStop as reassign } from '../assignment.ts'
import { defineTool } from '../define.ts'
import { DriverId, StopId, Version } from '../identifiers.ts'
import { RouteSummary, routeSummaries } from '../route-view.ts'
import { readShipment } from '../shipment.ts'
import { lockStop } from '../stop.ts'
import { routeUri, shipmentUri } from '../uris.ts'

export const reassignStop = defineTool({
  name: 'reassign_stop',
  title: 'Reassign stop',
  description:
    'Move a stop to the route of another driver on that day, where it costs the shortest way. Neither route may have been dispatched; window, load, skills and hours of work must allow it.',
  scope: 'tms:dispatch',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  approval: async ({ stop_id }, { db, caller }) => {
    const { stop } = await lockStop(db, stop_id)
    const { declared_value_minor, currency } = await readShipment(db, stop.shipment_id)
    const call = { tool: 'reassign_stop', account: caller.subject, currency, what: 'goods’ value' }
    return policyFor(db, { ...call, minor: declared_value_minor ?? 0 })
  },
  subject: ({ stop_id }, { db }) => stopSubject(db, stop_id),
  input: z.object({ stop_id: StopId, driver_id: DriverId, expected_version: Version }),
  output: z.object({ stop_id: z.string(), from: RouteSummary, to: RouteSummary }),
  text: ({ stop_id, to }) => `${stop_id} is now on ${to.route_id} of ${to.driver_id}`,
  handle: async ({ stop_id, driver_id, expected_version }, { db, changed }) => {
    const { from, to } = await reassign(db, {
      stopId: stop_id,
      driverId: driver_id,
      expectedVersion: expected_version,
    })
    const { shipment_id } = await db
      .selectFrom('stop')
      .select('shipment_id')
      .where('id', '=', stop_id)
      .executeTakeFirstOrThrow()
    changed(routeUri(from.id), routeUri(to.id), shipmentUri(shipment_id))
    const [first, second] = await routeSummaries(db, [from, to])
    if (!first || !second) throw new Error('two routes have two summaries')
    return { stop_id, from: first, to: second }
  },
})
