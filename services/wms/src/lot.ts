import type { Day } from '@backroom/calendar'
import { dayOf, daysAfter } from '@backroom/calendar'
import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import type { SkuRecord } from './master-data.ts'

export type Lot = Selectable<Tables['lot']>

/**
 * Makes a lot known when its goods arrive; without a day of expiry it has the one that the SKU's shelf life gives.
 *
 * @throws {BusinessError} invalid_argument when the SKU needs a lot and none is given; conflict for a lot that is known
 * with another day of expiry
 */
export async function registerLot(
  db: Kysely<Tables>,
  { id: sku, lot_tracked, shelf_life_days }: SkuRecord,
  lotNo: string | undefined,
  expiresOn: Day | undefined,
): Promise<void> {
  if (lotNo === undefined) {
    if (lot_tracked) throw lotMissing(sku)
    return
  }
  const expires = expiresOn ?? (shelf_life_days === null ? null : daysAfter(dayOf(), shelf_life_days))
  await sql`
    insert into lot (sku, lot_no, expires_on) values (${sku}, ${lotNo}, ${expires}) on conflict do nothing`.execute(db)
  const known = await findLot(db, sku, lotNo)
  if (expiresOn !== undefined && known?.expires_on !== expiresOn)
    throw otherExpiry(sku, lotNo, known?.expires_on ?? null)
}

/**
 * Marks a lot as recalled, so that nobody can pick it any more, or ends the recall.
 *
 * @throws {BusinessError} invalid_argument without a lot; not_found
 */
export async function setRecall(
  db: Kysely<Tables>,
  { sku, lot: lotNo }: { sku: string; lot?: string | undefined },
  state: Lot['recall_state'],
): Promise<void> {
  if (lotNo === undefined) throw new BusinessError('invalid_argument', 'A recall is of a lot. Say which.')
  const { numUpdatedRows } = await db
    .updateTable('lot')
    .set({ recall_state: state })
    .where('sku', '=', sku)
    .where('lot_no', '=', lotNo)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw unknownLot(lotNo, sku)
}

/**
 * @throws {BusinessError} conflict when the lot is recalled or has expired
 */
export async function requireSoundLot(db: Kysely<Tables>, sku: string, lotNo: string | null): Promise<void> {
  if (lotNo === null) return
  const lot = await findLot(db, sku, lotNo)
  if (lot?.recall_state === 'recalled') throw unsound(lot, 'is recalled')
  if (lot?.expires_on && lot.expires_on < dayOf()) throw unsound(lot, `expired on ${lot.expires_on}`)
}

export function findLot(db: Kysely<Tables>, sku: string, lotNo: string): Promise<Lot | undefined> {
  return db.selectFrom('lot').selectAll().where('sku', '=', sku).where('lot_no', '=', lotNo).executeTakeFirst()
}

/** What a caller hears about a lot that was never received. */
export function unknownLot(lotNo: string, sku?: string): BusinessError {
  return new BusinessError('not_found', `There is no lot ${lotNo}${sku === undefined ? '' : ` of ${sku}`}.`, {
    nextActions: [{ tool: 'get_stock_history', arguments: { lot: lotNo }, hint: 'Look for movements of it.' }],
  })
}

function unsound({ sku, lot_no }: Lot, why: string): BusinessError {
  return new BusinessError('conflict', `Lot ${lot_no} of ${sku} ${why} and must not be shipped.`, {
    nextActions: [{ tool: 'report_short_pick', hint: 'Report the task as short; other bins replace it.' }],
  })
}

function lotMissing(sku: string): BusinessError {
  return new BusinessError('invalid_argument', `${sku} is kept by lot. Say which lot arrived.`)
}

function otherExpiry(sku: string, lotNo: string, known: Day | null): BusinessError {
  return new BusinessError('conflict', `Lot ${lotNo} of ${sku} is known to expire on ${known ?? 'no day'}.`, {
    nextActions: [{ hint: 'Check the label; leave expires_on out to keep the day that is known.' }],
  })
}
