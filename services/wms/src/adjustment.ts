import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { ulid } from 'ulid'
import { onShelf, readBins } from './bins.ts'
import type { Balance, Tables } from './database-tables.ts'
import { setRecall } from './lot.ts'
import { requireSku, requireWarehouse } from './master-data.ts'
import { book, type Entry, lockBalances, type Movement, type StockPlace } from './stock.ts'

/** Why stock was corrected. */
export const adjustmentReasons = [
  'found',
  'lost',
  'damaged',
  'theft',
  'expired',
  'count_correction',
  'data_error',
] as const
export type AdjustmentReason = (typeof adjustmentReasons)[number]

export interface Adjustment extends StockPlace {
  /** Signed units; never 0. */
  delta: number
  reason: AdjustmentReason
  evidence?: string | undefined
  expectedVersion?: number | undefined
  lot?: string | undefined
  location?: string | undefined
  actor: string
}

/**
 * Corrects what is available: units found come in, units gone leave the books.
 *
 * @throws {BusinessError} not_found; version_conflict; insufficient_stock when more would go than is available
 */
export async function adjustStock(db: Kysely<Tables>, adjustment: Adjustment): Promise<Movement> {
  const { delta, reason, evidence, expectedVersion } = adjustment
  const balance = await lockPlace(db, adjustment)
  if (expectedVersion !== undefined && expectedVersion !== balance.version) throw changedMeanwhile(balance)
  if (balance.available + delta < 0) throw tooFew(balance, 'available', -delta)
  return bookOne(db, {
    ...entryOf(adjustment, Math.abs(delta), 'adjustment'),
    ...(delta > 0 ? { putTo: adjustment.location } : { takeFrom: adjustment.location }),
    kind: 'adjust',
    from: delta > 0 ? 'outside' : 'available',
    to: delta > 0 ? 'available' : 'outside',
    reason: evidence === undefined ? reason : `${reason}: ${evidence}`,
  })
}

/** Units to set apart, or to give back to sale. */
export interface Quarantine extends StockPlace {
  qty: number
  reason: string
  lot?: string | undefined
  actor: string
}

/**
 * Sets available units apart so that nobody can sell them; with `recall`, no unit of the lot can be picked any more.
 *
 * @throws {BusinessError} not_found; insufficient_stock when fewer are available; invalid_argument to recall no lot
 */
export async function quarantineStock(
  db: Kysely<Tables>,
  { recall, ...quarantine }: Quarantine & { recall?: boolean },
): Promise<Movement> {
  if (recall) await setRecall(db, quarantine, 'recalled')
  const balance = await lockPlace(db, quarantine)
  if (balance.available < quarantine.qty) throw tooFew(balance, 'available', quarantine.qty)
  const entry = entryOf(quarantine, quarantine.qty, 'quarantine')
  return bookOne(db, {
    ...entry,
    kind: 'quarantine',
    from: 'available',
    to: 'quarantined',
    reason: quarantine.reason,
  })
}

/**
 * Recalls a lot and sets apart what of it is on sale in a warehouse; units that are reserved stay where they are, and
 * nobody can pick them.
 *
 * @returns undefined when none was on sale
 * @throws {BusinessError} not_found; invalid_argument without a lot, or unless it is a recall
 */
export async function recallFromSale(
  db: Kysely<Tables>,
  goods: Omit<Quarantine, 'qty'>,
  recall: boolean,
): Promise<Movement | undefined> {
  if (!recall) throw new BusinessError('invalid_argument', 'Say how many units are to be set apart.')
  await setRecall(db, goods, 'recalled')
  const { available } = await lockPlace(db, goods)
  const bins = (await readBins(db, [goods])).filter((bin) => bin.lot === goods.lot && onShelf(bin))
  const qty = Math.min(
    available,
    bins.reduce((sum, bin) => sum + bin.qty, 0),
  )
  if (qty === 0) return undefined
  const entry = entryOf(goods, qty, 'quarantine')
  return bookOne(db, { ...entry, kind: 'quarantine', from: 'available', to: 'quarantined', reason: goods.reason })
}

/**
 * Gives quarantined units back to sale; with `endRecall`, their lot may be picked again.
 *
 * @throws {BusinessError} not_found; insufficient_stock when fewer are in quarantine; invalid_argument to end no recall
 */
export async function releaseQuarantine(
  db: Kysely<Tables>,
  { endRecall, ...quarantine }: Quarantine & { endRecall?: boolean },
): Promise<Movement> {
  if (endRecall) await setRecall(db, quarantine, 'none')
  const balance = await lockPlace(db, quarantine)
  if (balance.quarantined < quarantine.qty) throw tooFew(balance, 'quarantined', quarantine.qty)
  const entry = entryOf(quarantine, quarantine.qty, 'quarantine')
  return bookOne(db, {
    ...entry,
    kind: 'unquarantine',
    from: 'quarantined',
    to: 'available',
    reason: quarantine.reason,
  })
}

async function lockPlace(db: Kysely<Tables>, { sku, warehouse }: StockPlace): Promise<Balance> {
  await requireSku(db, sku)
  await requireWarehouse(db, warehouse)
  const [balance] = await lockBalances(db, [{ sku, warehouse }], { create: true })
  if (!balance) throw new Error(`${sku} at ${warehouse} has no balance row`)
  return balance
}

/** Units from several bins are several movements; what the caller hears of is the last, with all the units. */
async function bookOne(db: Kysely<Tables>, entry: Entry): Promise<Movement> {
  const last = (await book(db, [entry])).at(-1)
  if (!last) throw new Error('A booked entry has no movement')
  return { ...last, qty: entry.qty }
}

function entryOf(
  { sku, warehouse, lot, actor }: StockPlace & { lot?: string | undefined; actor: string },
  qty: number,
  type: 'adjustment' | 'quarantine',
) {
  const id = `${type === 'adjustment' ? 'adj' : 'qua'}_${ulid()}`
  return { sku, warehouse, qty, actor, cause: { type, id }, lot }
}

function changedMeanwhile({ sku, warehouse_id, version, available }: Balance): BusinessError {
  return new BusinessError('version_conflict', `${sku} at ${warehouse_id} has changed since you read it.`, {
    details: { version, available },
    nextActions: [{ tool: 'get_stock', arguments: { skus: [sku], warehouse: warehouse_id } }],
  })
}

function tooFew(balance: Balance, bucket: 'available' | 'quarantined', wanted: number): BusinessError {
  const { sku, warehouse_id } = balance
  const words = bucket === 'available' ? 'available' : 'in quarantine'
  return new BusinessError(
    'insufficient_stock',
    `${wanted} units of ${sku} are wanted at ${warehouse_id}, but ${balance[bucket]} are ${words}.`,
    {
      details: { lines: [{ sku, warehouse: warehouse_id, requested: wanted, [bucket]: balance[bucket] }] },
      nextActions: [{ tool: 'get_stock', arguments: { skus: [sku], warehouse: warehouse_id } }],
    },
  )
}
