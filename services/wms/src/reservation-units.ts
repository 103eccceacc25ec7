import { type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import type { ReservationState, Tables } from './database-tables.ts'
import { liveStates, type Reservation } from './reservation.ts'

/** Units of one reservation that go to another state. */
export interface UnitsMove {
  reservation: Reservation
  qty: number
}

/**
 * Moves units of reservations, which must be locked, to another state. What is left of a reservation stays in its state,
 * and units join those of their order that are in the new state already.
 */
export async function moveUnits(
  db: Kysely<Tables>,
  moves: readonly UnitsMove[],
  state: Exclude<ReservationState, 'held'>,
  { orderRef, shipmentRef }: { orderRef?: string; shipmentRef?: string } = {},
): Promise<void> {
  for (const { reservation, qty } of moves) {
    const target = { ...reservation, order_ref: orderRef ?? reservation.order_ref, state }
    const ref = shipmentRef ?? null
    if (liveStates.includes(state) && (await joinUnits(db, target, qty))) await takeUnits(db, reservation, qty)
    else if (qty === reservation.qty)
      await db
        .updateTable('reservation')
        .set({ state, order_ref: target.order_ref, expires_at: null, shipment_ref: ref })
        .where('id', '=', reservation.id)
        .execute()
    else {
      await takeUnits(db, reservation, qty)
      await db
        .insertInto('reservation')
        .values({ ...target, id: `rsv_${ulid()}`, qty, expires_at: null, shipment_ref: ref })
        .execute()
    }
  }
}

/** Takes up to `qty` units from the reservations, in the given order. */
export function chooseUnits(reservations: readonly Reservation[], qty: number): UnitsMove[] {
  const moves: UnitsMove[] = []
  let missing = qty
  for (const reservation of reservations) {
    const taken = Math.min(missing, reservation.qty)
    if (taken > 0) moves.push({ reservation, qty: taken })
    missing -= taken
  }
  return moves
}

/** Whether there was a reservation to join. */
async function joinUnits(db: Kysely<Tables>, target: Reservation, qty: number): Promise<boolean> {
  const { rows } = await sql`
    update reservation set qty = qty + ${qty}
    where order_ref = ${target.order_ref} and sku = ${target.sku} and warehouse_id = ${target.warehouse_id}
      and state = ${target.state} and id <> ${target.id}
    returning id`.execute(db)
  return rows.length > 0
}

async function takeUnits(db: Kysely<Tables>, { id, qty: whole }: Reservation, qty: number): Promise<void> {
  if (qty === whole) await db.deleteFrom('reservation').where('id', '=', id).execute()
  else
    await db
      .updateTable('reservation')
      .set({ qty: whole - qty })
      .where('id', '=', id)
      .execute()
}
