import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { ReservationState, Tables } from './database-tables.ts'
import { book, type Entry, lockBalances } from './stock.ts'

export type Reservation = Selectable<Tables['reservation']>

/** Seconds that a hold lives when nobody says otherwise. */
export const HOLD_SECONDS = 600

/** Holds that one sweep ends; the next one takes the rest. */
const SWEEP_LIMIT = 2_000

/** Where a reservation may go from each state. */
const reservationTransitions: Record<ReservationState, readonly ReservationState[]> = {
  held: ['allocated', 'expired', 'released'],
  allocated: ['picked', 'released'],
  picked: ['shipped', 'unpicked'],
  unpicked: ['released'],
  shipped: [],
  expired: [],
  released: [],
}

/** States in which an order has a claim on the units. */
export const liveStates: readonly ReservationState[] = ['held', 'allocated', 'picked']

/**
 * Gives the held reservations of an order another {@link HOLD_SECONDS}; never shortens one. Allocated ones need no
 * extension and are returned as they are.
 *
 * @throws {BusinessError} not_found; invalid_transition when the hold has expired or was released
 */
export async function extendReservations(db: Kysely<Tables>, orderRef: string): Promise<Reservation[]> {
  const reservations = await lockOrder(db, orderRef)
  const live = liveOf(reservations)
  if (live.length === 0) throw overAlready(orderRef, reservations)
  await sql`
    update reservation set expires_at = greatest(expires_at, now() + ${HOLD_SECONDS} * interval '1 second')
    where id = any(${live.map(({ id }) => id)}) and state = 'held'`.execute(db)
  return reservationsOf(db, orderRef)
}

/**
 * Frees the units that are reserved for an order. Releasing again answers with the state that it found.
 *
 * @throws {BusinessError} not_found; invalid_transition when units are picked or shipped already
 */
export async function releaseReservations(db: Kysely<Tables>, orderRef: string, actor: string): Promise<Reservation[]> {
  const reservations = await lockOrder(db, orderRef)
  const gone = reservations.find(({ state }) => state === 'picked' || state === 'shipped')
  if (gone) throw cannotRelease(orderRef, gone.state)
  const open = reservations.filter(({ state }) => state === 'held' || state === 'allocated')
  await endReservations(db, open, { state: 'released', actor })
  return reservationsOf(db, orderRef)
}

/** Expires the holds that have been due the longest; returns them. */
export async function expireDue(db: Kysely<Tables>): Promise<Reservation[]> {
  const { rows: places } = await sql<{ sku: string; warehouse: string }>`
    select distinct sku, warehouse_id as warehouse from (
      select sku, warehouse_id from reservation where state = 'held' and expires_at <= now()
      order by expires_at limit ${SWEEP_LIMIT}) d`.execute(db)
  if (places.length === 0) return []
  await lockBalances(db, places)
  const { rows: due } = await sql<Reservation>`
    select r.* from reservation r
    join json_to_recordset(${JSON.stringify(places)}::json) as p (sku text, warehouse text)
      on r.sku = p.sku and r.warehouse_id = p.warehouse
    where r.state = 'held' and r.expires_at <= now()`.execute(db)
  await expire(db, due)
  return due
}

/** Ends holds whose time is up. The balances must be locked. */
export async function expire(db: Kysely<Tables>, due: readonly Reservation[]): Promise<void> {
  await endReservations(db, due, { state: 'expired', actor: 'wms', reason: 'hold expired' })
}

/** Frees the units of each reservation and keeps its row as history. The balances must be locked. */
async function endReservations(
  db: Kysely<Tables>,
  reservations: readonly Reservation[],
  { state, actor, reason }: { state: 'released' | 'expired'; actor: string; reason?: string },
): Promise<void> {
  if (reservations.length === 0) return
  await sql`update reservation set state = ${state} where id = any(${reservations.map(({ id }) => id)})`.execute(db)
  await book(
    db,
    reservations.map((row) => ({ ...entryOf(row, 'release', actor), ...(reason ? { reason } : {}) })),
  )
}

/** The ledger entry that takes a reservation's units out of sale, or puts them back. */
export function entryOf(row: Reservation, kind: 'reserve' | 'release', actor: string): Entry {
  const [from, to] = kind === 'reserve' ? (['available', 'reserved'] as const) : (['reserved', 'available'] as const)
  const cause = { type: 'order', id: row.order_ref } as const
  return { sku: row.sku, warehouse: row.warehouse_id, kind, from, to, qty: row.qty, cause, actor }
}

/** The reservations of an order as they are once their stock is locked. */
async function lockOrder(db: Kysely<Tables>, orderRef: string): Promise<Reservation[]> {
  const seen = await reservationsOf(db, orderRef)
  if (seen.length === 0) throw nothingReserved(orderRef)
  await lockBalances(
    db,
    seen.map(({ sku, warehouse_id }) => ({ sku, warehouse: warehouse_id })),
  )
  return reservationsOf(db, orderRef)
}

/** The live reservations of an order; where none is left, those that ended last. */
async function reservationsOf(db: Kysely<Tables>, orderRef: string): Promise<Reservation[]> {
  const rows = await db
    .selectFrom('reservation')
    .selectAll()
    .where('order_ref', '=', orderRef)
    .orderBy('id', 'desc')
    .limit(200)
    .execute()
  const live = rows.filter(({ state }) => liveStates.includes(state))
  return (live.length > 0 ? live : rows).reverse()
}

function liveOf(reservations: readonly Reservation[]): Reservation[] {
  const now = Date.now()
  return reservations.filter(
    ({ state, expires_at }) =>
      liveStates.includes(state) && (expires_at === null || state !== 'held' || +expires_at > now),
  )
}

function nothingReserved(orderRef: string): BusinessError {
  return new BusinessError('not_found', `Nothing was ever reserved for ${orderRef}.`, {
    nextActions: [{ tool: 'reserve_stock', arguments: { order_ref: orderRef } }],
  })
}

function overAlready(orderRef: string, reservations: readonly Reservation[]): BusinessError {
  const last = reservations.at(-1)?.state
  const state = last === undefined || last === 'held' ? 'expired' : last
  return new BusinessError('invalid_transition', `The reservation of ${orderRef} is ${state} and cannot be extended.`, {
    details: { state, legal: reservationTransitions[state] },
    nextActions: [{ tool: 'reserve_stock', arguments: { order_ref: orderRef }, hint: 'Reserve again.' }],
  })
}

function cannotRelease(orderRef: string, state: ReservationState): BusinessError {
  return new BusinessError('invalid_transition', `Units of ${orderRef} are ${state} and cannot be released.`, {
    details: { state, legal: reservationTransitions[state] },
    nextActions: [{ hint: 'Goods that left their place come back through a return or an unpick.' }],
  })
}
