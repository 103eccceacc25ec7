import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Tables } from './database-tables.ts'
import { everything, type Viewer } from './viewer.ts'

export type Rma = Selectable<Tables['rma']>
export type RmaLine = Selectable<Tables['rma_line']>

/** Id of a return that does not exist yet, so that other domains can be told of it first. */
export function newRmaId(): string {
  return `rma_${ulid()}`
}

/** The next number; one that is never used leaves a gap. */
export async function nextNumber(db: Kysely<Tables>): Promise<string> {
  const { rows } = await sql<{ number: string }>`
    select 'RMA-' || to_char(now() at time zone 'utc', 'YYYY-') || lpad(nextval('rma_number')::text, 6, '0') as number`.execute(
    db,
  )
  return rows[0]?.number as string
}

/**
 * A return by its number or id, if the viewer may see it.
 *
 * @throws {BusinessError} not_found
 */
export function getRma(db: Kysely<Tables>, reference: string, viewer: Viewer = everything): Promise<Rma> {
  return find(db, reference, viewer, false)
}

/** Like {@link getRma}, and nobody else changes the return until the transaction ends. Lock before any change. */
export function lockRma(db: Kysely<Tables>, reference: string, viewer: Viewer = everything): Promise<Rma> {
  return find(db, reference, viewer, true)
}

/** Lines of the returns, in order. */
export function linesOf(db: Kysely<Tables>, rmaIds: readonly string[]): Promise<RmaLine[]> {
  return db
    .selectFrom('rma_line')
    .selectAll()
    .where('rma_id', '=', sql<string>`any(${rmaIds})`)
    .orderBy('rma_id')
    .orderBy('line')
    .execute()
}

/** A line of a return. @throws {BusinessError} not_found */
export async function lineById(db: Kysely<Tables>, id: string): Promise<RmaLine> {
  const line = await db.selectFrom('rma_line').selectAll().where('id', '=', id).executeTakeFirst()
  if (line) return line
  throw new BusinessError('not_found', `There is no return line ${id}.`, {
    nextActions: [{ tool: 'get_return', hint: 'Its lines carry their rma_line_id.' }],
  })
}

/** @throws {BusinessError} version_conflict when the caller decided on an older state of the return */
export function requireVersion(rma: Rma, expected: number | undefined): void {
  if (expected === undefined || expected === rma.version) return
  throw new BusinessError('version_conflict', `${rma.number} has changed: it is at version ${rma.version} now.`, {
    details: { expected_version: expected, version: rma.version },
    nextActions: [{ tool: 'get_return', arguments: { rma_number: rma.number }, hint: 'Read it again, then decide.' }],
  })
}

/**
 * The line of a return that is named by its own id or by that of the order's line.
 *
 * @throws {BusinessError} not_found
 */
export function lineNamed(rma: Rma, lines: readonly RmaLine[], name: string): RmaLine {
  const line = lines.find(({ id, order_line_id }) => id === name || order_line_id === name)
  if (line) return line
  throw new BusinessError('not_found', `${rma.number} has no line ${name}.`, {
    details: { lines: lines.map(({ id, sku }) => ({ rma_line_id: id, sku })) },
    nextActions: [{ tool: 'get_return', arguments: { rma_number: rma.number } }],
  })
}

/** @throws {BusinessError} invalid_argument when a line is named twice: two wishes for one line would hide each other */
export function requireEachOnce(names: readonly string[]): void {
  if (new Set(names).size === names.length) return
  throw new BusinessError('invalid_argument', 'Name each line once.')
}

/** What a caller hears about a return that does not exist or is not theirs. */
export function unknownRma(reference: string): BusinessError {
  return new BusinessError('not_found', `There is no return ${reference}.`, {
    nextActions: [{ tool: 'list_returns', hint: 'Look it up by order, customer, SKU or status.' }],
  })
}

async function find(db: Kysely<Tables>, reference: string, viewer: Viewer, lock: boolean): Promise<Rma> {
  let query = db
    .selectFrom('rma')
    .selectAll()
    .where(reference.startsWith('rma_') ? 'id' : 'number', '=', reference)
  if (viewer.customerId !== undefined) query = query.where('customer_id', '=', viewer.customerId)
  if (lock) query = query.forUpdate()
  const rma = await query.executeTakeFirst()
  if (rma) return rma
  throw unknownRma(reference)
}
