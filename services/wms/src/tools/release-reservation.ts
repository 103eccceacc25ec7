import { z } from 'zod'
import { defineTool } from '../define.ts'
import { OrderRef } from '../identifiers.ts'
import { releaseReservations } from '../reservation.ts'
import { ReservationState, reservationState } from '../shapes.ts'
import { stockUris } from '../uris.ts'

export const releaseReservation = defineTool({
  name: 'release_reservation',
  title: 'Release reservation',
  description: 'Free all units that are reserved for an order. Releasing again changes nothing.',
  scope: 'wms:reserve',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({ order_ref: OrderRef }),
  output: ReservationState,
  text: ({ order_ref, state }) => `The reservation of ${order_ref} is ${state}`,
  handle: async ({ order_ref }, { db, caller, changed }) => {
    const reservations = await releaseReservations(db, order_ref, caller.subject)
    changed(...stockUris(reservations.map(({ sku, warehouse_id }) => ({ sku, warehouse: warehouse_id }))))
    return reservationState(order_ref, reservations)
  },
})
