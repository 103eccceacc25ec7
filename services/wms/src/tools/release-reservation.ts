import { z } from 'zod'
import { reservationStates } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { OrderRef, SkuLines } from '../identifiers.ts'
import { releaseReservations } from '../releasing.ts'
import { ReservationState, reservationState } from '../shapes.ts'
import { reservationUris } from '../uris.ts'

export const releaseReservation = defineTool({
  name: 'release_reservation',
  title: 'Release reservation',
  description:
    'Give back units that are held, allocated or picked for an order: all of them, or those of lines. Picked units go back to their bins, packed ones are unpacked. What has shipped stays with the order and is listed in kept.',
  scope: 'wms:reserve',
  effect: 'write',
  idempotent: true,
  input: z.object({ order_ref: OrderRef, lines: SkuLines.optional().describe('Default: everything') }),
  output: ReservationState.extend({
    released: z.array(z.object({ sku: z.string(), warehouse: z.string(), qty: z.int() })),
    kept: z
      .array(z.object({ sku: z.string(), qty: z.int(), state: z.enum(reservationStates) }))
      .describe('Units that have left the building'),
  }),
  text: ({ order_ref, released, kept }) => {
    const units = released.reduce((sum, { qty }) => sum + qty, 0)
    return `Released ${units} units of ${order_ref}${kept.length > 0 ? '; what has shipped stays' : ''}`
  },
  handle: async ({ order_ref, lines }, { db, caller, changed }) => {
    const { reservations, kept, released } = await releaseReservations(db, order_ref, { lines, actor: caller.subject })
    changed(...reservationUris(released))
    return {
      ...reservationState(order_ref, reservations),
      released: released.map(({ sku, warehouse_id, qty }) => ({ sku, warehouse: warehouse_id, qty })),
      kept,
    }
  },
})
