import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import { latestOf, type Reservation, reservationsOf, reservationTransitions } from './reservation.ts'
import { moveUnits } from './reservation-units.ts'

/**
 * Turns the hold of a checkout into the allocation of its order: from then on it has no time limit and goes by the
 * order's id. A hold whose time is up counts as long as nobody has taken its units. Repeating it answers with the
 * order's reservations. Takes no lock on stock, since no unit moves: orders of one popular SKU do not wait for each other.
 *
 * @throws {BusinessError} invalid_transition when the hold is over or never was; conflict when it became another order's
 */
export async function allocateReservations(
  db: Kysely<Tables>,
  checkoutId: string,
  orderRef: string,
): Promise<Reservation[]> {
  const reservations = await db
    .selectFrom('reservation')
    .selectAll()
    .where('order_ref', '=', checkoutId)
    .orderBy('id')
    .forUpdate()
    .execute()
  const done = await db
    .selectFrom('reservation_allocation')
    .select('order_ref')
    .where('checkout_id', '=', checkoutId)
    .executeTakeFirst()
  if (done && done.order_ref !== orderRef) throw otherOrder(checkoutId, done.order_ref)
  if (!done) {
    const held = reservations.filter(({ state }) => state === 'held')
    if (held.length === 0) throw holdIsOver(checkoutId, reservations.at(-1))
    await moveUnits(
      db,
      held.map((reservation) => ({ reservation, qty: reservation.qty })),
      'allocated',
      { orderRef },
    )
    await db.insertInto('reservation_allocation').values({ checkout_id: checkoutId, order_ref: orderRef }).execute()
  }
  return latestOf(await reservationsOf(db, orderRef))
}

function holdIsOver(checkoutId: string, last: Reservation | undefined): BusinessError {
  const state = last?.state ?? 'none'
  return new BusinessError('invalid_transition', `${checkoutId} holds nothing that could be allocated (${state}).`, {
    details: { state, legal: last ? reservationTransitions[last.state] : [] },
    nextActions: [
      { tool: 'reserve_stock', arguments: { order_ref: checkoutId }, hint: 'Reserve again, then allocate.' },
    ],
  })
}

function otherOrder(checkoutId: string, orderRef: string): BusinessError {
  return new BusinessError('conflict', `What ${checkoutId} held is allocated to ${orderRef} already.`, {
    details: { order_ref: orderRef },
  })
}
