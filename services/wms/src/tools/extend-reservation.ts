import { z } from 'zod'
import { defineTool } from '../define.ts'
import { HoldSeconds, OrderRef } from '../identifiers.ts'
import { extendReservations, HOLD_SECONDS } from '../reservation.ts'
import { ReservationState, reservationState } from '../shapes.ts'

export const extendReservation = defineTool({
  name: 'extend_reservation',
  title: 'Extend reservation',
  description:
    'Let the held reservation of an order live another ten minutes from now, or ttl_s seconds; it is never shortened. Fails once the hold has expired: reserve again then.',
  scope: 'wms:reserve',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({ order_ref: OrderRef, ttl_s: HoldSeconds.default(HOLD_SECONDS) }),
  output: ReservationState,
  text: ({ order_ref, state, expires_at }) => `${order_ref} is ${state}${expires_at ? ` until ${expires_at}` : ''}`,
  handle: async ({ order_ref, ttl_s }, { db }) =>
    reservationState(order_ref, await extendReservations(db, order_ref, ttl_s)),
})
