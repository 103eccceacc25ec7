import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { MISSING, readBins } from './bins.ts'
import {
  type CountLine,
  type CycleCount,
  finalLines,
  linesOf,
  lockCount,
  requireTransition,
  setStatus,
} from './cycle-count.ts'
import type { Tables } from './database-tables.ts'
import { report } from './facts.ts'
import { requireSkus } from './master-data.ts'
import { book, type Entry, lockBalances, type StockPlace } from './stock.ts'

/** What somebody found in a bin; a SKU that is not expected there may be named too. */
export interface Counted {
  location: string
  sku: string
  lot: string
  counted: number
}

/** What to do with a count whose differences were confirmed. */
export const countDecisions = ['post', 'recount', 'cancel'] as const
export type CountDecision = (typeof countDecisions)[number]

/** Differences up to this share of the bin, and of at least one unit, are posted without a second look. */
const TOLERANCE = 0.02

/**
 * Takes the result of a round. Once every bin of it is counted, differences within tolerance are posted; larger ones are
 * counted again, and what the second count confirms waits for a decision.
 *
 * @throws {BusinessError} not_found; invalid_transition; invalid_argument for a bin outside the count; insufficient_stock
 * when units that are missing are promised to orders
 */
export async function submitCount(
  db: Kysely<Tables>,
  id: string,
  { lines, actor }: { lines: readonly Counted[]; actor: string },
): Promise<CycleCount> {
  const count = await lockCount(db, id)
  requireTransition(count, 'posted')
  if (count.status === 'review') throw waitsForDecision(count)
  await requireInScope(db, count, lines)
  const places = lines.map(({ sku }) => ({ sku, warehouse: count.warehouse_id }))
  await lockBalances(db, places, { create: true })
  await writeCounted(db, count, lines, places)
  const round = (await linesOf(db, count)).filter((line) => line.round === count.round)
  if (round.some(({ counted }) => counted === null)) return count
  if (round.every(isTolerable)) return post(db, count, actor)
  return count.status === 'recount' ? setStatus(db, count, 'review') : countAgain(db, count, round)
}

/**
 * Ends a count, or has it counted once more.
 *
 * @throws {BusinessError} not_found; invalid_transition; insufficient_stock when units that are missing are promised
 */
export async function decideCount(
  db: Kysely<Tables>,
  id: string,
  { decision, actor }: { decision: CountDecision; actor: string },
): Promise<CycleCount> {
  const count = await lockCount(db, id)
  if (decision === 'cancel') {
    requireTransition(count, 'cancelled')
    return setStatus(db, count, 'cancelled')
  }
  requireTransition(count, decision === 'post' ? 'posted' : 'recount')
  if (count.status !== 'review') throw notInReview(count)
  const lines = await linesOf(db, count)
  if (decision === 'post') return post(db, count, actor)
  return countAgain(
    db,
    count,
    lines.filter(({ round }) => round === count.round),
  )
}

function isTolerable({ expected, variance }: CountLine): boolean {
  return Math.abs(variance ?? 0) <= Math.max(variance === 0 ? 0 : 1, Math.floor((expected ?? 0) * TOLERANCE))
}

async function requireInScope(db: Kysely<Tables>, count: CycleCount, lines: readonly Counted[]): Promise<void> {
  const locations = new Set(
    (await linesOf(db, count)).filter(({ round }) => round === count.round).map(({ location }) => location),
  )
  const foreign = lines.find(({ location }) => !locations.has(location))
  if (foreign)
    throw new BusinessError('invalid_argument', `${foreign.location} is not part of this round of count ${count.id}.`, {
      details: { locations: [...locations].slice(0, 50) },
    })
  await requireSkus(
    db,
    lines.map(({ sku }) => sku),
  )
}

/** What the books say is noted in the same moment, so that picks before and after the count do not matter. */
async function writeCounted(
  db: Kysely<Tables>,
  { id, round }: CycleCount,
  lines: readonly Counted[],
  places: readonly StockPlace[],
): Promise<void> {
  const bins = await readBins(db, places)
  const rows = lines.map(({ location, sku, lot, counted }) => {
    const bin = bins.find((one) => one.location === location && one.sku === sku && one.lot === lot)
    return { count_id: id, round, location, sku, lot, counted, expected: bin?.qty ?? 0 }
  })
  await sql`
    insert into count_line (count_id, round, location, sku, lot, counted, expected)
    select count_id, round, location, sku, lot, counted, expected
    from json_populate_recordset(null::count_line, ${JSON.stringify(rows)}::json)
    on conflict (count_id, round, location, sku, lot)
      do update set counted = excluded.counted, expected = excluded.expected`.execute(db)
}

async function countAgain(db: Kysely<Tables>, count: CycleCount, round: readonly CountLine[]): Promise<CycleCount> {
  const again = round.filter((line) => !isTolerable(line))
  await db
    .insertInto('count_line')
    .values(again.map(({ count_id, location, sku, lot }) => ({ count_id, round: count.round + 1, location, sku, lot })))
    .execute()
  return setStatus(db, count, 'recount', count.round + 1)
}

/** Books every difference. Units found on a shelf are first taken from those that were missing. */
async function post(db: Kysely<Tables>, count: CycleCount, actor: string): Promise<CycleCount> {
  const lines = finalLines(await linesOf(db, count)).filter(({ variance }) => variance !== 0)
  const places = lines.map(({ sku }) => ({ sku, warehouse: count.warehouse_id }))
  const balances = await lockBalances(db, places, { create: true })
  const bins = (await readBins(db, places)).filter(({ location }) => location === MISSING)
  const entries = lines.flatMap((line) => entriesFor(count, line, bins, actor))
  for (const { sku, available } of balances) {
    const gain = entries
      .filter((entry) => entry.sku === sku)
      .reduce((sum, { to, qty }) => sum + (to === 'outside' ? -qty : qty), 0)
    if (available + gain < 0) throw promised(count, sku, available, gain)
  }
  await book(db, entries)
  for (const [sku, own] of Map.groupBy(lines, (line) => line.sku)) {
    const delta = own.reduce((sum, { variance }) => sum + (variance ?? 0), 0)
    const fact = { sku, warehouse: count.warehouse_id, delta, reason_code: 'count_correction' }
    if (delta !== 0) await report(db, 'stock.adjusted.v1', sku, fact)
  }
  return setStatus(db, count, 'posted')
}

function entriesFor(
  { id, warehouse_id: warehouse }: CycleCount,
  { sku, location, lot, variance }: CountLine,
  missing: { sku: string; lot: string; qty: number }[],
  actor: string,
): Entry[] {
  const delta = variance ?? 0
  const common = { sku, warehouse, lot, cause: { type: 'cycle_count', id } as const, actor }
  if (delta < 0)
    return [{ ...common, kind: 'recount', from: 'available', to: 'outside', qty: -delta, takeFrom: location }]
  const lost = missing.find((bin) => bin.sku === sku && bin.lot === lot)
  const found = Math.min(delta, lost?.qty ?? 0)
  if (lost) lost.qty -= found
  const put = { ...common, to: 'available', putTo: location } as const
  return [
    { ...put, kind: 'unquarantine' as const, from: 'quarantined' as const, qty: found, takeFrom: MISSING },
    { ...put, kind: 'recount' as const, from: 'outside' as const, qty: delta - found },
  ].filter(({ qty }) => qty > 0)
}

function promised({ warehouse_id }: CycleCount, sku: string, available: number, gain: number): BusinessError {
  return new BusinessError(
    'insufficient_stock',
    `${-gain} units of ${sku} are missing in ${warehouse_id}, but only ${available} are not promised to orders.`,
    {
      details: { lines: [{ sku, warehouse: warehouse_id, requested: -gain, available }] },
      nextActions: [
        { tool: 'report_short_pick', hint: 'Report the pick tasks of these orders as short first, then post.' },
      ],
    },
  )
}

function waitsForDecision({ id }: CycleCount): BusinessError {
  return new BusinessError('invalid_transition', `Count ${id} was counted twice and waits for a decision.`, {
    details: { status: 'review', legal: countDecisions },
    nextActions: countDecisions.map((decision) => ({ tool: 'submit_count', arguments: { count_id: id, decision } })),
  })
}

function notInReview({ id, status }: CycleCount): BusinessError {
  return new BusinessError('invalid_transition', `Count ${id} is ${status}; there is nothing to decide yet.`, {
    details: { status, legal: ['cancel'] },
    nextActions: [{ tool: 'submit_count', arguments: { count_id: id }, hint: 'Submit what is counted.' }],
  })
}
