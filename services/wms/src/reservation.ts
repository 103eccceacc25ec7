import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { ReservationState, Tables } from './database-tables.ts'
import { reportExpired } from './facts.ts'
import { book, type Entry, lockBalances } from './stock.ts'

export type Reservation = Selectable<Tables['reservation']>

/** Seconds that a hold lives when nobody says otherwise. */
export const HOLD_SECONDS = 600

/** Holds that one sweep ends; the next one takes the rest. */
const SWEEP_LIMIT = 500

/** Where a reservation may go from each state. */
export const reservationTransitions: Record<ReservationState, readonly ReservationState[]> = {
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
 * Lets the held reservations of an order live that many seconds from now; never shortens one. Allocated ones need no
 * extension and are returned as they are.
 *
 * @throws {BusinessError} not_found; invalid_transition when the hold has expired or was released
 */
export async function extendReservations(
  db: Kysely<Tables>,
  orderRef: string,
  ttlSeconds: number,
): Promise<Reservation[]> {
  const reservations = await lockOrder(db, orderRef)
  const live = reservations.filter(
    ({ state, expires_at }) =>
      liveStates.includes(state) && (expires_at === null || state !== 'held' || +expires_at > Date.now()),
  )
  if (live.length === 0) throw overAlready(orderRef, reservations)
  await sql`
    update reservation set expires_at = greatest(expires_at, now() + ${ttlSeconds} * interval '1 second')
    where id = any(${live.map(({ id }) => id)}) and state = 'held'`.execute(db)
  return latestOf(await reservationsOf(db, orderRef))
}

/** Expires the holds that have been due the longest; returns them. */
export async function expireDue(db: Kysely<Tables>): Promise<Reservation[]> {
  const { rows: places } = await sql<{ sku: string; warehouse: string }>`
    select distinct sku, warehouse_id as warehouse from (
      select sku, warehouse_id from reservation where state = 'held' and expires_at <= now()
      order by expires_at limit ${SWEEP_LIMIT}) d`.execute(db)
  if (places.length === 0) return []
  await lockBalances(db, places)
  const { rows: due } = await sql<{ id: string }>`
    select r.id from reservation r
    join json_to_recordset(${JSON.stringify(places)}::json) as p (sku text, warehouse text)
      on r.sku = p.sku and r.warehouse_id = p.warehouse
    where r.state = 'held' and r.expires_at <= now()`.execute(db)
  return expire(
    db,
    due.map(({ id }) => id),
  )
}

/**
 * Ends holds whose time is up, and tells who waits for them. The balances must be locked.
 *
 * @returns those that it ended: not one that its order has taken over in this very moment
 */
export async function expire(db: Kysely<Tables>, ids: readonly string[]): Promise<Reservation[]> {
  if (ids.length === 0) return []
  const { rows: ended } = await sql<Reservation>`
    update reservation set state = 'expired' where id = any(${ids}) and state = 'held' and expires_at <= now()
    returning *`.execute(db)
  await book(
    db,
    ended.map((row) => ({ ...entryOf(row, 'release', 'wms'), reason: 'hold expired' })),
  )
  await reportExpired(db, ended)
  return ended
}

/** The ledger entry that takes a reservation's units out of sale, or puts them back. */
export function entryOf(row: Reservation, kind: 'reserve' | 'release', actor: string): Entry {
  const [from, to] = kind === 'reserve' ? (['available', 'reserved'] as const) : (['reserved', 'available'] as const)
  const cause = { type: 'order', id: row.order_ref } as const
  return { sku: row.sku, warehouse: row.warehouse_id, kind, from, to, qty: row.qty, cause, actor }
}

/**
 * Every reservation of an order, locked as they are once their stock is locked, the oldest first.
 *
 * @throws {BusinessError} not_found
 */
export async function lockOrder(db: Kysely<Tables>, orderRef: string): Promise<Reservation[]> {
  const seen = await reservationsOf(db, orderRef)
  if (seen.length === 0) throw nothingReserved(orderRef)
  await lockBalances(
    db,
    seen.map(({ sku, warehouse_id }) => ({ sku, warehouse: warehouse_id })),
  )
  return db.selectFrom('reservation').selectAll().where('order_ref', '=', orderRef).orderBy('id').forUpdate().execute()
}

/** Every reservation that an order ever had, the oldest first. */
export function reservationsOf(db: Kysely<Tables>, orderRef: string): Promise<Reservation[]> {
  return db.selectFrom('reservation').selectAll().where('order_ref', '=', orderRef).orderBy('id').execute()
}

/** The live reservations; where none is left, those that ended. */
export function latestOf(reservations: readonly Reservation[]): Reservation[] {
  const live = reservations.filter(({ state }) => liveStates.includes(state))
  return live.length > 0 ? live : [...reservations]
}

/** What a caller hears about an order that inventory does not know. */
export function nothingReserved(orderRef: string): BusinessError {
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
