import { daysAfter } from '@backroom/calendar'
import { BusinessError } from '@backroom/mcp-service'
import { begin, outcomeOf } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Tables } from '../database-tables.ts'
import { dayIn, momentIn } from '../day.ts'
import { defineTool } from '../define.ts'
import { requireDepot } from '../depot.ts'
import { RmaNumber, ShipmentId, Window } from '../identifiers.ts'
import { readPickup, requestPickup } from '../pickup.ts'
import { readShipment, type Shipment } from '../shipment.ts'
import { shipmentUri } from '../uris.ts'
import { bookPickup } from '../workflows/carrier-requests.ts'

export const schedulePickup = defineTool({
  name: 'schedule_pickup',
  title: 'Schedule pickup',
  description:
    'Have a labelled shipment, or the goods of a return, collected in a window; by default on the next day. A carrier is asked; what the own fleet carries is put on a route by the next optimize_routes.',
  scope: 'tms:ship',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({
    shipment_id: ShipmentId.optional(),
    rma_number: RmaNumber.optional(),
    window: Window.optional(),
  }),
  output: z.object({
    shipment_id: z.string(),
    booking_ref: z.string(),
    carrier: z.string(),
    status: z.enum(['requested', 'confirmed', 'failed', 'done']),
    window: z.object({ from: z.string(), to: z.string() }),
    message: z.string().optional(),
  }),
  text: ({ booking_ref, status, window }) => `Pickup ${booking_ref}: ${status}, from ${window.from} to ${window.to}`,
  start: async ({ window, ...name }, { db, caller, changed }) => {
    const shipment = await named(db, name)
    const { id } = await requestPickup(db, {
      shipmentId: shipment.id,
      window: window ? { from: new Date(window.from), to: new Date(window.to) } : await tomorrow(db, shipment),
      actor: caller.subject,
    })
    await begin(db, bookPickup, { id, subject: shipment.id, input: { id }, startedBy: caller.subject })
    changed(shipmentUri(shipment.id))
    return { workflowId: id, handle: shipmentUri(shipment.id) }
  },
  outcome: async (workflowId, { db }) => {
    await outcomeOf(bookPickup, workflowId)
    const pickup = await readPickup(db, workflowId)
    return {
      shipment_id: pickup.shipment_id,
      booking_ref: pickup.confirmation ?? pickup.id,
      carrier: pickup.carrier_id,
      status: pickup.status,
      window: { from: pickup.window_from.toISOString(), to: pickup.window_to.toISOString() },
      ...(pickup.message === null ? {} : { message: pickup.message }),
    }
  },
})

/** @throws {BusinessError} invalid_argument unless one of the two is given; not_found */
async function named(
  db: Kysely<Tables>,
  { shipment_id, rma_number }: { shipment_id?: string | undefined; rma_number?: string | undefined },
): Promise<Shipment> {
  if ((shipment_id === undefined) === (rma_number === undefined))
    throw new BusinessError('invalid_argument', 'Give either shipment_id or rma_number.')
  if (shipment_id !== undefined) return readShipment(db, shipment_id)
  const found = await db
    .selectFrom('shipment')
    .selectAll()
    .where('rma_number', '=', rma_number ?? '')
    .where('direction', '=', 'return')
    .where('status', '<>', 'voided')
    .executeTakeFirst()
  if (found) return found
  throw new BusinessError('not_found', `No shipment brings ${rma_number} back.`, {
    nextActions: [{ tool: 'create_shipment', hint: 'Book it with direction return first.' }],
  })
}

/** Nine to five on the next day, where the depot is. */
async function tomorrow(db: Kysely<Tables>, { depot_id }: Shipment): Promise<{ from: Date; to: Date }> {
  const { timezone } = await requireDepot(db, depot_id)
  const day = daysAfter(dayIn(timezone), 1)
  return { from: momentIn(timezone, day, '09:00'), to: momentIn(timezone, day, '17:00') }
}
