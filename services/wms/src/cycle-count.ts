import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { CountStatus, Tables } from './database-tables.ts'
import { requireSkus, requireWarehouse } from './master-data.ts'

export type CycleCount = Selectable<Tables['cycle_count']>
export type CountLine = Selectable<Tables['count_line']>

export interface CountScope {
  warehouse: string
  locations?: readonly string[] | undefined
  skus?: readonly string[] | undefined
  blind: boolean
  actor: string
}

/** Bins that one count may have. */
export const MOST_BINS = 500

/** Where a count may go from each status. */
const countTransitions: Record<CountStatus, readonly CountStatus[]> = {
  planned: ['counting', 'cancelled'],
  counting: ['posted', 'recount', 'cancelled'],
  recount: ['posted', 'review', 'cancelled'],
  review: ['posted', 'recount', 'cancelled'],
  posted: [],
  cancelled: [],
}

/**
 * Starts to count the bins of some locations, of some SKUs, or of both at once.
 *
 * @throws {BusinessError} not_found; invalid_argument without a scope, or with one of too many bins or of none
 */
export async function startCount(db: Kysely<Tables>, scope: CountScope): Promise<CycleCount> {
  const { warehouse, locations, skus, blind, actor } = scope
  await requireWarehouse(db, warehouse)
  if (skus) await requireSkus(db, skus)
  if (!locations && !skus) throw new BusinessError('invalid_argument', 'Say which locations or which SKUs to count.')
  const id = `cnt_${ulid()}`
  const count = await db
    .insertInto('cycle_count')
    .values({ id, warehouse_id: warehouse, status: 'counting', blind, created_by: actor })
    .returningAll()
    .executeTakeFirstOrThrow()
  const { numAffectedRows } = await sql`
    insert into count_line (count_id, round, location, sku, lot)
    select ${id}, 1, b.location, b.sku, b.lot from stock_bin b
    join location l on l.warehouse_id = b.warehouse_id and l.code = b.location
    where b.warehouse_id = ${warehouse} and l.kind in ('receiving', 'pick', 'bulk', 'returns')
      and (${locations ?? null}::text[] is null or b.location = any(${locations ?? null}))
      and (${skus ?? null}::text[] is null or b.sku = any(${skus ?? null}))
    limit ${MOST_BINS + 1}`.execute(db)
  const bins = Number(numAffectedRows ?? 0)
  if (bins === 0) throw nothingToCount(warehouse)
  if (bins > MOST_BINS) throw new BusinessError('invalid_argument', `That is more than ${MOST_BINS} bins. Count fewer.`)
  return count
}

/**
 * Begins a count that was planned. Starting it again answers with the count.
 *
 * @throws {BusinessError} not_found; invalid_transition for a count that is over
 */
export async function startPlanned(db: Kysely<Tables>, id: string): Promise<CycleCount> {
  const count = await lockCount(db, id)
  if (count.status === 'counting') return count
  requireTransition(count, 'counting')
  return setStatus(db, count, 'counting')
}

/** A count, locked until the transaction ends. */
export async function lockCount(db: Kysely<Tables>, id: string): Promise<CycleCount> {
  const count = await db.selectFrom('cycle_count').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!count) throw unknownCount(id)
  return count
}

/** A count with the lines of its round, or of all rounds, by location and SKU. */
export async function readCount(db: Kysely<Tables>, id: string): Promise<{ count: CycleCount; lines: CountLine[] }> {
  const count = await db.selectFrom('cycle_count').selectAll().where('id', '=', id).executeTakeFirst()
  if (!count) throw unknownCount(id)
  return { count, lines: await linesOf(db, count) }
}

/** Lines of a count, by round, location and SKU. */
export function linesOf(db: Kysely<Tables>, { id }: CycleCount): Promise<CountLine[]> {
  return db
    .selectFrom('count_line')
    .selectAll()
    .where('count_id', '=', id)
    .orderBy('round')
    .orderBy('location')
    .orderBy('sku')
    .orderBy('lot')
    .execute()
}

/** The last word on each bin: the line of the latest round that it was counted in. */
export function finalLines(lines: readonly CountLine[]): CountLine[] {
  const last = new Map<string, CountLine>()
  for (const line of lines) if (line.counted !== null) last.set(`${line.location} ${line.sku} ${line.lot}`, line)
  return [...last.values()]
}

/** Moves a locked count on; the transition must be legal. */
export function setStatus(
  db: Kysely<Tables>,
  { id, round }: CycleCount,
  status: CountStatus,
  nextRound = round,
): Promise<CycleCount> {
  const over = countTransitions[status].length === 0
  return db
    .updateTable('cycle_count')
    .set({ status, round: nextRound, ...(over ? { ended_at: new Date() } : {}) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/**
 * @throws {BusinessError} invalid_transition with the legal set
 */
export function requireTransition({ id, status }: CycleCount, to: CountStatus): void {
  const legal = countTransitions[status]
  if (legal.includes(to)) return
  throw new BusinessError('invalid_transition', `Count ${id} is ${status} and cannot become ${to}.`, {
    details: { status, wanted: to, legal },
    nextActions: [{ hint: `Read inventory://cycle-counts/${id}.` }],
  })
}

function nothingToCount(warehouse: string): BusinessError {
  return new BusinessError('not_found', `Nothing lies there in ${warehouse}, so there is nothing to count.`, {
    nextActions: [{ tool: 'get_stock', arguments: { warehouse }, hint: 'See where SKUs are kept.' }],
  })
}

function unknownCount(id: string): BusinessError {
  return new BusinessError('not_found', `There is no cycle count ${id}.`, {
    nextActions: [{ tool: 'start_cycle_count', hint: 'Start one; it answers with its id.' }],
  })
}
