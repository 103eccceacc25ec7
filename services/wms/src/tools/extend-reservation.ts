import { z } from 'zod'
import { defineTool } from '../define.ts'
import { OrderRef } from '../identifiers.ts'
import { extendReservations } from '../reservation.ts'
import { ReservationState, reservationState } from '../shapes.ts'

export const extendReservation = defineTool({
  name: 'extend_reservation',
  title: 'Extend reservation',
  description:
    'Give the held reservation of an order another ten minutes from now. Fails once the hold has expired: reserve again then.',
  scope: 'wms:reserve',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({ order_ref: OrderRef }),
  output: ReservationState,
  text: ({ order_ref, state, expires_at }) => `${order_ref} is ${state}${expires_at ? ` until ${expires_at}` : ''}`,
  handle: async ({ order_ref }, { db }) => reservationState(order_ref, await extendReservations(db, order_ref)),
})
