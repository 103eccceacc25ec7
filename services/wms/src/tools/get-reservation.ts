import { z } from 'zod'
import { defineTool } from '../define.ts'
import { OrderRef } from '../identifiers.ts'
import { nothingReserved, reservationsOf } from '../reservation.ts'
import { serialsOf } from '../serial.ts'
import { ReservationState, reservationState } from '../shapes.ts'

export const getReservation = defineTool({
  name: 'get_reservation',
  title: 'Get reservation',
  description:
    'Everything that was ever reserved for an order, with the state of each reservation and the serial numbers that were picked.',
  scope: 'wms:read',
  serviceOnly: true,
  effect: 'read',
  input: z.object({ order_ref: OrderRef }),
  output: ReservationState.extend({
    serials: z
      .array(z.object({ sku: z.string(), serial_no: z.string() }))
      .describe('Serial numbers that its units were picked with'),
  }),
  text: ({ order_ref, reservations }) => `${order_ref} has ${reservations.length} reservations`,
  handle: async ({ order_ref }, { db }) => {
    const reservations = await reservationsOf(db, order_ref)
    if (reservations.length === 0) throw nothingReserved(order_ref)
    return { ...reservationState(order_ref, reservations), serials: await serialsOf(db, order_ref) }
  },
})
