import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { Bucket, LocationKind, Tables } from './database-tables.ts'
import { nearest } from './nearest.ts'
import type { Entry, StockPlace } from './stock.ts'

/** Units of one SKU and lot in one location; the lot is empty for units of none. */
export interface Bin extends StockPlace {
  location: string
  lot: string
  qty: number
  kind: LocationKind
  /** Where it is on the walk through the warehouse. */
  aisle: number
  pickSeq: number
  /** Its lot has expired. */
  expired: boolean
  /** Neither blocked, nor of a lot that has expired or is recalled: may go to a customer. */
  sound: boolean
}

/** Where units of a bucket lie: units that are available and those that are reserved share the shelves. */
type Side = 'outside' | 'shelf' | 'stage' | 'quarantine' | 'scrap'

const sideOfBucket: Record<Bucket, Side> = {
  outside: 'outside',
  available: 'shelf',
  reserved: 'shelf',
  picked: 'stage',
  quarantined: 'quarantine',
  damaged: 'scrap',
}

const sideOfKind: Record<LocationKind, Side> = {
  receiving: 'shelf',
  pick: 'shelf',
  bulk: 'shelf',
  returns: 'shelf',
  pack: 'stage',
  stage: 'stage',
  quarantine: 'quarantine',
  scrap: 'scrap',
}

/** Every warehouse has these from its first day. */
const usualPlace: Record<Exclude<Side, 'outside'>, string> = {
  shelf: 'RECEIVING',
  stage: 'STAGE',
  quarantine: 'QUARANTINE',
  scrap: 'DAMAGED',
}

/** Where the books keep units that nobody can find. */
export const MISSING = 'MISSING'

/**
 * Moves the units of the entries between bins and returns the entries with the exact location and lot of each, split
 * where units come from several bins. What expires first leaves first, unless the entry says which. The balances must be
 * locked: with them, so are their bins.
 *
 * @throws {BusinessError} not_found for an unknown location; insufficient_stock when the bin named holds fewer
 */
export async function moveThroughBins(db: Kysely<Tables>, entries: readonly Entry[]): Promise<Entry[]> {
  const moving = entries.filter(({ from, to }) => sideOfBucket[from] !== sideOfBucket[to])
  if (moving.length === 0) return [...entries]
  await requireLocations(db, moving)
  const bins = await readBins(db, moving)
  const before = new Map(bins.map((bin) => [keyOf(bin), bin.qty]))
  const exact = entries.flatMap((entry) => (moving.includes(entry) ? moveUnits(bins, entry) : [entry]))
  await writeBins(db, bins, before)
  return exact
}

/** What lies where, the bins to take from first at the front: sound units before others, then the first to expire. */
export async function readBins(db: Kysely<Tables>, places: readonly StockPlace[]): Promise<Bin[]> {
  const wanted = JSON.stringify(places.map(({ sku, warehouse }) => ({ sku, warehouse_id: warehouse })))
  const { rows } = await sql<Bin>`
    select b.sku, b.warehouse_id as warehouse, b.location, b.lot, b.qty, l.kind, l.aisle,
      l.pick_seq as "pickSeq",
      coalesce(t.expires_on < (now() at time zone 'utc')::date, false) as expired,
      not l.blocked and coalesce(t.recall_state = 'none', true)
        and coalesce(t.expires_on >= (now() at time zone 'utc')::date, true) as sound
    from stock_bin b
    join location l on l.warehouse_id = b.warehouse_id and l.code = b.location
    left join lot t on t.sku = b.sku and t.lot_no = b.lot
    where (b.sku, b.warehouse_id) in
      (select sku, warehouse_id from json_to_recordset(${wanted}::json) as p (sku text, warehouse_id text))
    order by sound desc, t.expires_on nulls last,
      array_position(array['pick', 'returns', 'bulk'], l.kind), l.aisle, l.pick_seq, b.location, b.lot`.execute(db)
  return rows
}

/** Bins that goods for customers come from. */
export function onShelf({ kind }: Bin): boolean {
  return sideOfKind[kind] === 'shelf'
}

function moveUnits(bins: Bin[], entry: Entry): Entry[] {
  const { from, to } = entry
  const taken = from === 'outside' ? [{ location: undefined, lot: entry.lot ?? '', qty: entry.qty }] : take(bins, entry)
  return taken.map(({ location, lot, qty }) => {
    const target = to === 'outside' ? undefined : put(bins, entry, lot, qty)
    const place = sideOfBucket[to] === 'shelf' ? target : (location ?? target)
    return { ...entry, qty, ...(place ? { location: place } : {}), ...(lot ? { lot } : {}) }
  })
}

function take(bins: Bin[], entry: Entry): { location: string; lot: string; qty: number }[] {
  const { sku, warehouse, from, takeFrom, lot } = entry
  const side = sideOfBucket[from]
  const candidates = bins.filter(
    (bin) =>
      bin.sku === sku &&
      bin.warehouse === warehouse &&
      bin.qty > 0 &&
      sideOfKind[bin.kind] === side &&
      (takeFrom === undefined || bin.location === takeFrom) &&
      (lot === undefined || bin.lot === lot),
  )
  const taken: { location: string; lot: string; qty: number }[] = []
  let missing = entry.qty
  for (const bin of candidates) {
    if (missing === 0) break
    const qty = Math.min(missing, bin.qty)
    bin.qty -= qty
    missing -= qty
    taken.push({ location: bin.location, lot: bin.lot, qty })
  }
  if (missing > 0) throw tooFewInBin(bins, entry, entry.qty - missing)
  return taken
}

/** Puts units where the entry says, else where the SKU is kept already, else where goods of that kind usually go. */
function put(bins: Bin[], { sku, warehouse, to, putTo }: Entry, lot: string, qty: number): string {
  const side = sideOfBucket[to] as Exclude<Side, 'outside'>
  const own = bins.filter((bin) => bin.sku === sku && bin.warehouse === warehouse && sideOfKind[bin.kind] === side)
  const home = side === 'shelf' ? own.find((bin) => bin.kind === 'pick')?.location : undefined
  const location = putTo ?? home ?? usualPlace[side]
  const bin = own.find((one) => one.location === location && one.lot === lot)
  if (bin) bin.qty += qty
  else
    bins.push({
      sku,
      warehouse,
      location,
      lot,
      qty,
      kind: kindOf(side),
      aisle: 0,
      pickSeq: 0,
      expired: false,
      sound: true,
    })
  return location
}

/** Any kind of the side: a new bin's kind only matters until it is written. */
function kindOf(side: Exclude<Side, 'outside'>): LocationKind {
  return side === 'shelf' ? 'bulk' : side
}

async function requireLocations(db: Kysely<Tables>, entries: readonly Entry[]): Promise<void> {
  for (const { warehouse, takeFrom, putTo, from, to } of entries) {
    if (takeFrom !== undefined) await requireLocation(db, warehouse, takeFrom, sideOfBucket[from])
    if (putTo !== undefined) await requireLocation(db, warehouse, putTo, sideOfBucket[to])
  }
}

async function requireLocation(db: Kysely<Tables>, warehouse: string, code: string, side: Side): Promise<void> {
  const found = await db
    .selectFrom('location')
    .select('kind')
    .where('warehouse_id', '=', warehouse)
    .where('code', '=', code)
    .executeTakeFirst()
  if (found && sideOfKind[found.kind] === side) return
  if (found)
    throw new BusinessError(
      'conflict',
      `${code} in ${warehouse} is a ${found.kind} location, which these units cannot use.`,
    )
  const { rows } = await sql<{ code: string }>`
    (select code from location where warehouse_id = ${warehouse} and code >= ${code} order by code limit 10)
    union (select code from location where warehouse_id = ${warehouse} and code < ${code} order by code desc limit 10)
  `.execute(db)
  const names = nearest(
    code,
    rows.map((row) => row.code),
  )
  throw new BusinessError('not_found', `There is no location ${code} in ${warehouse}.`, {
    details: { unknown_location: code, nearest: names },
    nextActions: [{ hint: names.length > 0 ? `Did you mean ${names.join(', ')}?` : 'Leave the location out.' }],
  })
}

async function writeBins(db: Kysely<Tables>, bins: readonly Bin[], before: ReadonlyMap<string, number>): Promise<void> {
  const changes = bins
    .map((bin) => ({
      sku: bin.sku,
      warehouse_id: bin.warehouse,
      location: bin.location,
      lot: bin.lot,
      qty: bin.qty,
      known: before.get(keyOf(bin)),
    }))
    .filter(({ qty, known }) => qty !== (known ?? 0))
  await sql`
    with change as (
      select * from json_to_recordset(${JSON.stringify(changes)}::json) as c (
        sku text, warehouse_id text, location text, lot text, qty integer, known integer)
    ), emptied as (
      delete from stock_bin b using change c
      where (b.sku, b.warehouse_id, b.location, b.lot) = (c.sku, c.warehouse_id, c.location, c.lot) and c.qty = 0
    ), changed as (
      update stock_bin b set qty = c.qty from change c
      where (b.sku, b.warehouse_id, b.location, b.lot) = (c.sku, c.warehouse_id, c.location, c.lot) and c.qty > 0
    )
    insert into stock_bin (sku, warehouse_id, location, lot, qty)
    select sku, warehouse_id, location, lot, qty from change where known is null`.execute(db)
}

function keyOf({ sku, warehouse, location, lot }: Bin): string {
  return JSON.stringify([sku, warehouse, location, lot])
}

function tooFewInBin(bins: readonly Bin[], entry: Entry, found: number): BusinessError {
  const { sku, warehouse, from, qty, takeFrom, lot } = entry
  const place = [takeFrom, lot ? `lot ${lot}` : undefined].filter(Boolean).join(', ') || warehouse
  const held = bins
    .filter((bin) => bin.sku === sku && bin.warehouse === warehouse && sideOfKind[bin.kind] === sideOfBucket[from])
    .map(({ location, lot, qty }) => ({ location, lot, qty }))
  return new BusinessError(
    'insufficient_stock',
    `${qty} units of ${sku} are wanted from ${place}, which holds ${found}.`,
    {
      details: { lines: [{ sku, warehouse, requested: qty, available: found }], bins: held.slice(0, 20) },
      nextActions: [{ hint: 'Take them from one of the bins in details, or report what is missing.' }],
    },
  )
}
