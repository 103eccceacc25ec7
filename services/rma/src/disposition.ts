import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Disposition, Tables } from './database-tables.ts'
import { reportDisposed } from './report.ts'
import { linesOf, lockRma, type Rma, type RmaLine } from './rma.ts'
import { requireStatus, setStatus } from './rma-status.ts'

export type DispositionRow = Selectable<Tables['disposition']>

/** What is to become of units of a line. */
export interface Disposal {
  disposition: Disposition
  qty: number
  warehouse: string
  location?: string | undefined
  actor: string
}

/** How inventory books each; what it never gets is not there. */
export const bookedAs: Partial<Record<Disposition, 'restock' | 'quarantine' | 'scrap'>> = {
  restock: 'restock',
  refurbish: 'quarantine',
  quarantine: 'quarantine',
  return_to_vendor: 'quarantine',
  donate: 'scrap',
  scrap: 'scrap',
}

/**
 * Decides what becomes of inspected units of a locked return: of accepted ones anything but going back to the customer, of
 * rejected ones only that.
 *
 * @throws {BusinessError} invalid_transition; limit_exceeded for more units than were inspected and are not disposed of
 */
export async function decideDisposition(
  db: Kysely<Tables>,
  rma: Rma,
  line: RmaLine,
  { disposition, qty, warehouse, location, actor }: Disposal,
): Promise<DispositionRow> {
  requireStatus(
    rma,
    ['partially_received', 'inspecting', 'inspected', 'disputed', 'resolving', 'resolved', 'closed'],
    'disposed of',
  )
  if (rma.returnless) throw withCustomer(rma)
  const left = await undisposed(db, line)
  const most = disposition === 'ship_back' ? left.rejected : left.accepted
  if (qty > most) throw tooMany(line, disposition, qty, left)
  return db
    .insertInto('disposition')
    .values({
      id: `dsp_${ulid()}`,
      rma_id: rma.id,
      rma_line_id: line.id,
      disposition,
      qty,
      warehouse,
      location: location ?? null,
      decided_by: actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** The units are where they were to go; reported once. */
export async function markBooked(
  db: Kysely<Tables>,
  id: string,
  { location, movement }: { location?: string | undefined; movement: string | null },
): Promise<DispositionRow> {
  const row = await db
    .updateTable('disposition')
    .set({ status: 'booked', wms_movement_ref: movement, ...(location === undefined ? {} : { location }) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  const { sku } = await db
    .selectFrom('rma_line')
    .select('sku')
    .where('id', '=', row.rma_line_id)
    .executeTakeFirstOrThrow()
  const { qty, disposition, warehouse } = row
  const rma = await lockRma(db, row.rma_id)
  await reportDisposed(db, rma, { id, sku, qty, disposition, warehouse })
  await closeWhenDone(db, rma)
  return row
}

/** Closes a locked, resolved return of which no unit waits to go somewhere. */
export async function closeWhenDone(db: Kysely<Tables>, rma: Rma): Promise<Rma> {
  if (rma.status !== 'resolved') return rma
  const rows = await dispositionsOf(db, [rma.id])
  const disposed = rows.reduce((sum, { qty, status }) => sum + (status === 'booked' ? qty : 0), 0)
  const lines = await linesOf(db, [rma.id])
  const inspected = lines.reduce((sum, { qty_accepted, qty_rejected }) => sum + qty_accepted + qty_rejected, 0)
  return rma.returnless || disposed >= inspected ? setStatus(db, rma, 'closed') : rma
}

/** Inventory refused the units: they can be disposed of in another way. */
export async function withdraw(db: Kysely<Tables>, id: string): Promise<void> {
  await db.deleteFrom('disposition').where('id', '=', id).where('status', '=', 'pending').execute()
}

/** @throws {BusinessError} not_found when it was withdrawn */
export async function getDisposition(db: Kysely<Tables>, id: string): Promise<DispositionRow> {
  const row = await db.selectFrom('disposition').selectAll().where('id', '=', id).executeTakeFirst()
  if (row) return row
  throw new BusinessError('not_found', `There is no disposition ${id}.`)
}

/** Dispositions of returns, in order. */
export function dispositionsOf(db: Kysely<Tables>, rmaIds: readonly string[]): Promise<DispositionRow[]> {
  return db
    .selectFrom('disposition')
    .selectAll()
    .where('rma_id', '=', sql<string>`any(${rmaIds})`)
    .orderBy('decided_at')
    .orderBy('id')
    .execute()
}

/** Inspected units of a line of which nobody has said what becomes of them. */
export async function undisposed(db: Kysely<Tables>, line: RmaLine): Promise<{ accepted: number; rejected: number }> {
  const rows = await db
    .selectFrom('disposition')
    .select(['disposition', 'qty'])
    .where('rma_line_id', '=', line.id)
    .execute()
  const gone = (back: boolean) =>
    rows.reduce((sum, { disposition, qty }) => sum + ((disposition === 'ship_back') === back ? qty : 0), 0)
  return { accepted: line.qty_accepted - gone(false), rejected: line.qty_rejected - gone(true) }
}

function tooMany(
  { id, sku }: RmaLine,
  disposition: Disposition,
  asked: number,
  left: { accepted: number; rejected: number },
): BusinessError {
  return new BusinessError(
    'limit_exceeded',
    `${sku} has ${left.accepted} accepted and ${left.rejected} rejected units without a disposition; ${asked} for ${disposition} are too many. Rejected units go back to the customer (ship_back), accepted ones stay.`,
    { details: { rma_line_id: id, ...left } },
  )
}

function withCustomer({ number }: Rma): BusinessError {
  return new BusinessError('invalid_transition', `${number} was settled without its goods; the customer has them.`)
}
