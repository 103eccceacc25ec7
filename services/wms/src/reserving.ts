import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import { allocate, type FreeStock, freeUnits, type Pick, type SkuQuantity, sumBySku } from './allocation.ts'
import type { Balance, Tables } from './database-tables.ts'
import { requireSkus } from './master-data.ts'
import { entryOf, expire, liveStates, type Reservation } from './reservation.ts'
import { book, type Entry } from './stock.ts'

/** Units to hold for an order until it is confirmed or the time is up. */
export interface ReserveRequest {
  orderRef: string
  lines: readonly SkuQuantity[]
  /** Warehouses of this region are preferred. */
  region?: string | undefined
  ttlSeconds: number
  /** Whether several warehouses may share the lines. */
  allowSplit: boolean
  actor: string
}

/**
 * Reserves for many orders at once, in the given order, each wholly or not at all. The stock rows of all SKUs are locked
 * first, so what is promised is there; holds on them whose time is up count as free and are expired on the way. A
 * repeat of an order's live reservation answers with it.
 *
 * @returns per request its reservations, or a BusinessError: insufficient_stock, conflict or not_found
 */
export async function reserveAll(
  db: Kysely<Tables>,
  requests: readonly ReserveRequest[],
): Promise<(Reservation[] | BusinessError)[]> {
  const skus = [...new Set(requests.flatMap(({ lines }) => lines.map(({ sku }) => sku)))]
  const balances = await lockForReserving(db, skus)
  const { due, live } = await readReservations(db, requests, skus, balances)
  const free = freeStock(balances, await expire(db, due))
  const decisions = requests.map((request) => decide(request, free, live))
  await insertReservations(db, decisions)
  const stocked = new Set(balances.map(({ sku }) => sku))
  const answers: (Reservation[] | BusinessError)[] = []
  for (const decision of decisions)
    answers.push('rows' in decision ? decision.rows : await explain(db, decision, stocked))
  return answers
}

type FreshBalance = Balance & { region: string }

type Decision = { request: ReserveRequest; rows: Reservation[]; repeat: boolean } | Refusal
type Refusal = { request: ReserveRequest; error: BusinessError }

async function lockForReserving(db: Kysely<Tables>, skus: string[]): Promise<FreshBalance[]> {
  const { rows } = await sql<FreshBalance>`
    select b.*, w.region from stock_balance b join warehouse w on w.id = b.warehouse_id
    where b.sku = any(${skus}) and w.active
    order by b.sku, b.warehouse_id
    for update of b`.execute(db)
  return rows
}

/** Holds on these SKUs whose time is up, and the live reservations of these orders. */
async function readReservations(
  db: Kysely<Tables>,
  requests: readonly ReserveRequest[],
  skus: string[],
  balances: readonly FreshBalance[],
): Promise<{ due: string[]; live: Map<string, Reservation[]> }> {
  const orders = requests.map(({ orderRef }) => orderRef)
  const { rows } = await sql<Reservation & { due: boolean }>`
    select *, true as due from reservation where state = 'held' and sku = any(${skus}) and expires_at <= now()
    union all
    select *, false from reservation
    where order_ref = any(${orders}) and state = any(${liveStates}) and (state <> 'held' or expires_at > now())
    order by id`.execute(db)
  const locked = new Set(balances.map(({ sku, warehouse_id }) => `${sku} ${warehouse_id}`))
  const isLocked = ({ sku, warehouse_id }: Reservation) => locked.has(`${sku} ${warehouse_id}`)
  const live = Map.groupBy(
    rows.filter(({ due }) => !due),
    ({ order_ref }) => order_ref,
  )
  return { due: rows.filter((row) => row.due && isLocked(row)).map(({ id }) => id), live }
}

/** What the locked balances have available, with the units of the holds that ended since they were read. */
function freeStock(balances: readonly FreshBalance[], ended: readonly Reservation[]): FreeStock {
  const free: FreeStock = { units: new Map(), regionOf: new Map() }
  for (const { sku, warehouse_id, available, region } of balances) {
    const bySku = free.units.get(sku) ?? new Map<string, number>()
    free.units.set(sku, bySku.set(warehouse_id, available))
    free.regionOf.set(warehouse_id, region)
  }
  for (const { sku, warehouse_id, qty } of ended) {
    const bySku = free.units.get(sku)
    bySku?.set(warehouse_id, (bySku.get(warehouse_id) ?? 0) + qty)
  }
  return free
}

function decide(request: ReserveRequest, free: FreeStock, live: Map<string, Reservation[]>): Decision {
  const lines = sumBySku(request.lines)
  const present = live.get(request.orderRef)
  if (present) {
    if (sameLines(lines, sumBySku(present))) return { request, rows: present, repeat: true }
    return { request, error: reservedDifferently(request.orderRef, present) }
  }
  const picks = allocate(lines, free, request)
  if (!picks) return { request, error: insufficientStock(request, lines, free) }
  const rows = picks.map((pick) => newReservation(pick, request))
  live.set(request.orderRef, rows)
  return { request, rows, repeat: false }
}

function newReservation({ sku, warehouse, qty }: Pick, { orderRef, ttlSeconds }: ReserveRequest): Reservation {
  const now = Date.now()
  return {
    id: `rsv_${ulid(now)}`,
    order_ref: orderRef,
    sku,
    warehouse_id: warehouse,
    qty,
    state: 'held',
    expires_at: new Date(now + ttlSeconds * 1000),
    created_at: new Date(now),
    shipment_ref: null,
  }
}

async function insertReservations(db: Kysely<Tables>, decisions: readonly Decision[]): Promise<void> {
  const entries: Entry[] = []
  const rows: Reservation[] = []
  for (const decision of decisions) {
    if ('error' in decision || decision.repeat) continue
    rows.push(...decision.rows)
    entries.push(...decision.rows.map((row) => entryOf(row, 'reserve', decision.request.actor)))
  }
  if (rows.length === 0) return
  await book(db, entries)
  await sql`
    insert into reservation (id, order_ref, sku, warehouse_id, qty, state, expires_at, created_at)
    select id, order_ref, sku, warehouse_id, qty, state, expires_at, created_at
    from json_populate_recordset(null::reservation, ${JSON.stringify(rows)}::json)`.execute(db)
}

function sameLines(a: readonly SkuQuantity[], b: readonly SkuQuantity[]): boolean {
  return a.length === b.length && a.every(({ sku, qty }, index) => b[index]?.sku === sku && b[index].qty === qty)
}

/** A SKU that no warehouse has is perhaps one that does not exist; that is what the caller should hear then. */
async function explain(
  db: Kysely<Tables>,
  { request, error }: Refusal,
  stocked: ReadonlySet<string>,
): Promise<BusinessError> {
  const strange = request.lines.map(({ sku }) => sku).filter((sku) => !stocked.has(sku))
  if (strange.length === 0) return error
  return requireSkus(db, strange).then(
    () => error,
    (unknown) => {
      if (unknown instanceof BusinessError) return unknown
      throw unknown
    },
  )
}

function insufficientStock(request: ReserveRequest, lines: readonly SkuQuantity[], free: FreeStock): BusinessError {
  const counts = lines.map(({ sku, qty }) => ({ sku, requested: qty, ...freeUnits(free, sku) }))
  const splitHelps = counts.every(({ requested, total }) => total >= requested)
  const details = counts.map(({ sku, requested, total, largest }) => ({
    sku,
    requested,
    available: total,
    available_in_one_warehouse: largest,
  }))
  const short = counts.filter(({ requested, total }) => total < requested)
  const shortage = short
    .map(({ sku, requested, total }) => `${sku}: ${requested} wanted, ${total} available`)
    .join('; ')
  const message = splitHelps
    ? 'No single warehouse holds everything, but several together do.'
    : `Not enough stock. ${shortage}.`
  const again = { tool: 'reserve_stock', arguments: { order_ref: request.orderRef, allow_split: true } }
  return new BusinessError('insufficient_stock', message, {
    details: { lines: details },
    nextActions: splitHelps
      ? [{ ...again, hint: 'Reserve again with allow_split: true.' }]
      : [{ hint: 'Reserve at most what is available, or leave the line out.' }],
  })
}

function reservedDifferently(orderRef: string, present: readonly Reservation[]): BusinessError {
  const reserved = sumBySku(present)
  return new BusinessError('conflict', `${orderRef} already has a reservation of other quantities.`, {
    details: { reserved },
    nextActions: [
      { tool: 'release_reservation', arguments: { order_ref: orderRef }, hint: 'Release it, then reserve again.' },
    ],
  })
}
