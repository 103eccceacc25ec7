import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { type SkuQuantity, sumBySku } from './allocation.ts'
import type { ReservationState, Tables } from './database-tables.ts'
import { trimTasks } from './pick-task.ts'
import { unpick } from './picked-units.ts'
import { entryOf, latestOf, lockOrder, type Reservation, reservationsOf } from './reservation.ts'
import { chooseUnits, moveUnits } from './reservation-units.ts'
import { book } from './stock.ts'

/** What became of the units that an order gave back. */
export interface Release {
  reservations: Reservation[]
  /** Units that have left the building already and stay with the order. */
  kept: { sku: string; qty: number; state: ReservationState }[]
  /** Reservations that gave units back. */
  released: Reservation[]
}

/** In this order units are given back: what has not moved yet first. */
const releaseOrder: readonly ReservationState[] = ['held', 'allocated', 'picked']

/**
 * Frees units of an order, all of them or those of `lines`: what is picked goes back to its bin, what is packed is
 * unpacked. Units that have shipped are kept. Releasing what is free already changes nothing.
 *
 * @throws {BusinessError} not_found; invalid_argument for a SKU that the order never had
 */
export async function releaseReservations(
  db: Kysely<Tables>,
  orderRef: string,
  { lines, actor }: { lines?: readonly SkuQuantity[] | undefined; actor: string },
): Promise<Release> {
  const reservations = await lockOrder(db, orderRef)
  const bySku = Map.groupBy(reservations, ({ sku }) => sku)
  const wanted = lines ? sumBySku(lines) : [...bySku.keys()].map((sku) => ({ sku, qty: Number.POSITIVE_INFINITY }))
  const foreign = wanted.find(({ sku }) => !bySku.has(sku))
  if (foreign) throw neverReserved(orderRef, foreign.sku, [...bySku.keys()])
  const moves = wanted.flatMap(({ sku, qty }) => {
    const own = bySku.get(sku) ?? []
    return chooseUnits(
      releaseOrder.flatMap((state) => own.filter((row) => row.state === state)),
      qty,
    )
  })
  await unpick(
    db,
    moves.filter(({ reservation }) => reservation.state === 'picked'),
    actor,
  )
  const released = moves.map(({ reservation, qty }) => ({ ...reservation, qty }))
  await book(
    db,
    released.map((row) => entryOf(row, 'release', actor)),
  )
  await moveUnits(db, moves, 'released')
  await trimTasks(db, orderRef)
  const kept = wanted.flatMap(({ sku, qty }) => {
    const freed = released.filter((row) => row.sku === sku).reduce((sum, row) => sum + row.qty, 0)
    const shipped = (bySku.get(sku) ?? [])
      .filter(({ state }) => state === 'shipped')
      .reduce((sum, row) => sum + row.qty, 0)
    const stays = Math.min(shipped, qty - freed)
    return stays > 0 ? [{ sku, qty: stays, state: 'shipped' as const }] : []
  })
  return { reservations: latestOf(await reservationsOf(db, orderRef)), kept, released }
}

function neverReserved(orderRef: string, sku: string, skus: readonly string[]): BusinessError {
  return new BusinessError('invalid_argument', `Nothing of ${sku} was ever reserved for ${orderRef}.`, {
    details: { skus },
    nextActions: [{ hint: 'Name SKUs of the order, or leave lines out to release everything.' }],
  })
}
