import { z } from 'zod'
import { routeStatuses, shipmentStatuses } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { Coordinates, StopId, Version } from '../identifiers.ts'
import { ProofInput, proofOf } from '../proof-shape.ts'
import { StopView, stopView } from '../route-view.ts'
import { readShipment } from '../shipment.ts'
import { changeStop, failureReasons } from '../stop-progress.ts'
import { DRIVERS_URI, EXCEPTIONS_URI, planUri, routeUri, shipmentUri } from '../uris.ts'

export const updateStopStatus = defineTool({
  name: 'update_stop_status',
  title: 'Update stop status',
  description:
    'Report what happens at a stop of a dispatched route: en_route (the first one says that everything is loaded), arrived, completed with a proof of delivery, or failed with a reason. A driver reports the own route alone.',
  scope: 'tms:drive',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    stop_id: StopId,
    status: z.enum(['en_route', 'arrived', 'completed', 'failed']),
    reason: z.enum(failureReasons).optional().describe('Needed for failed'),
    note: z.string().trim().min(1).max(500).optional(),
    proof: ProofInput.optional().describe('Needed to complete a delivery, unless record_proof_of_delivery gave it'),
    position: Coordinates.optional(),
    expected_version: Version,
  }),
  output: StopView.omit({ order_ref: true, to_untrusted: true, proof_required: true }).extend({
    route_id: z.string(),
    route_status: z.enum(routeStatuses),
    shipment_status: z.enum(shipmentStatuses),
  }),
  text: ({ stop_id, status, route_status }) => `${stop_id} is ${status}; its route is ${route_status}`,
  handle: async ({ stop_id, status, reason, note, proof, position, expected_version }, { db, caller, changed }) => {
    const { stop, route } = await changeStop(db, {
      stopId: stop_id,
      to: status,
      reason,
      note,
      proof: proof && proofOf(proof),
      position,
      expectedVersion: expected_version,
      onlyAccount: caller.role === 'driver' ? caller.subject : undefined,
      actor: caller.subject,
    })
    changed(routeUri(route.id), planUri(route.plan_id), shipmentUri(stop.shipment_id), DRIVERS_URI, EXCEPTIONS_URI)
    const { status: shipment_status } = await readShipment(db, stop.shipment_id)
    return { ...stopView(stop), route_id: route.id, route_status: route.status, shipment_status }
  },
})
