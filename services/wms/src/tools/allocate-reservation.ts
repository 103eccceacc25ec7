import { z } from 'zod'
import { allocateReservations } from '../allocating.ts'
import { defineTool } from '../define.ts'
import { OrderRef } from '../identifiers.ts'
import { ReservationState, reservationState } from '../shapes.ts'

export const allocateReservation = defineTool({
  name: 'allocate_reservation',
  title: 'Allocate reservation',
  description:
    'Turn the hold of a checkout into the allocation of its order, which goes by order_ref from then on and never expires. Repeating it answers the same. A hold that is over is invalid_transition: reserve again, then allocate.',
  scope: 'wms:reserve',
  serviceOnly: true,
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({ checkout_id: OrderRef, order_ref: OrderRef }),
  output: ReservationState,
  text: ({ order_ref, reservations }) =>
    `Allocated ${reservations.reduce((sum, { qty }) => sum + qty, 0)} units to ${order_ref}`,
  handle: async ({ checkout_id, order_ref }, { db }) =>
    reservationState(order_ref, await allocateReservations(db, checkout_id, order_ref)),
})
