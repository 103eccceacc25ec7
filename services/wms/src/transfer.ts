import { BusinessError } from '@backroom/mcp-service'
import type { Kysely, Selectable } from 'kysely'
import { ulid } from 'ulid'
import { type SkuQuantity, sumBySku } from './allocation.ts'
import type { Tables, TransferStatus } from './database-tables.ts'
import { report } from './facts.ts'
import { requireSkus, requireWarehouse } from './master-data.ts'
import { book, type Entry, expectInTransit, lockBalances } from './stock.ts'

export type TransferLine = Selectable<Tables['transfer_line']>

/** Goods that go from one warehouse to another. */
export interface Transfer extends Selectable<Tables['transfer']> {
  lines: TransferLine[]
}

export interface NewTransfer {
  from: string
  to: string
  lines: readonly SkuQuantity[]
  note?: string | undefined
  actor: string
}

/** Where a transfer may go from each status. */
const transferTransitions: Record<TransferStatus, readonly TransferStatus[]> = {
  ready_to_ship: ['in_transit', 'cancelled'],
  in_transit: ['partially_received', 'received', 'cancelled'],
  partially_received: ['received', 'cancelled'],
  received: [],
  cancelled: [],
}

/**
 * Sets goods aside in one warehouse for another.
 *
 * @throws {BusinessError} not_found; invalid_argument for one warehouse twice; insufficient_stock
 */
export async function createTransfer(db: Kysely<Tables>, request: NewTransfer): Promise<Transfer> {
  const { from, to, note, actor } = request
  if (from === to) throw new BusinessError('invalid_argument', 'A transfer goes from one warehouse to another.')
  await requireWarehouse(db, from)
  await requireWarehouse(db, to)
  const lines = sumBySku(request.lines)
  await requireSkus(
    db,
    lines.map(({ sku }) => sku),
  )
  const balances = await lockBalances(
    db,
    lines.map(({ sku }) => ({ sku, warehouse: from })),
    { create: true },
  )
  const held = lines.map((line) => ({
    ...line,
    available: balances.find(({ sku }) => sku === line.sku)?.available ?? 0,
  }))
  if (held.some(({ qty, available }) => available < qty)) throw tooFew(from, held)
  const id = `trf_${ulid()}`
  await db
    .insertInto('transfer')
    .values({
      id,
      from_warehouse: from,
      to_warehouse: to,
      status: 'ready_to_ship',
      note: note ?? null,
      created_by: actor,
    })
    .execute()
  await insertLines(db, id, lines)
  await book(
    db,
    lines.map(({ sku, qty }): Entry => {
      const cause = { type: 'transfer', id } as const
      return { sku, warehouse: from, kind: 'reserve', from: 'available', to: 'reserved', qty, cause, actor }
    }),
  )
  return readTransfer(db, id)
}

/**
 * Loads a transfer: its units leave the one warehouse, lot by lot, and are on the way to the other. Shipping it again
 * answers with the transfer.
 *
 * @throws {BusinessError} not_found; invalid_transition when it was cancelled or has arrived
 */
export async function shipTransfer(db: Kysely<Tables>, id: string, actor: string): Promise<Transfer> {
  const transfer = await lockTransfer(db, id)
  if (transfer.status === 'in_transit') return transfer
  requireTransition(transfer, 'in_transit')
  const { from_warehouse: from, to_warehouse: to, lines } = transfer
  await lockBalances(
    db,
    lines.flatMap(({ sku }) => [
      { sku, warehouse: from },
      { sku, warehouse: to },
    ]),
    { create: true },
  )
  const movements = await book(
    db,
    lines.map(({ sku, qty }): Entry => {
      const cause = { type: 'transfer', id } as const
      return { sku, warehouse: from, kind: 'transfer_out', from: 'reserved', to: 'outside', qty, cause, actor }
    }),
  )
  await expectInTransit(
    db,
    lines.map(({ sku, qty }) => ({ sku, warehouse: to, qty })),
  )
  await db.deleteFrom('transfer_line').where('transfer_id', '=', id).execute()
  const byLot = Map.groupBy(movements, ({ sku, lot }) => JSON.stringify([sku, lot ?? '']))
  await insertLines(
    db,
    id,
    [...byLot].map(([key, rows]) => {
      const [sku, lot] = JSON.parse(key) as [string, string]
      return { sku, lot, qty: rows.reduce((sum, { qty }) => sum + qty, 0) }
    }),
  )
  await setStatus(db, transfer, 'in_transit', { shipped_at: new Date() })
  const shipped = await readTransfer(db, id)
  await reportTransfer(db, 'transfer.shipped.v1', shipped, lines)
  return shipped
}

/** A transfer with its lines, locked until the transaction ends. */
export async function lockTransfer(db: Kysely<Tables>, id: string): Promise<Transfer> {
  const row = await db.selectFrom('transfer').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw unknownTransfer(id)
  return { ...row, lines: await linesOf(db, id) }
}

/**
 * A transfer with its lines.
 *
 * @throws {BusinessError} not_found
 */
export async function readTransfer(db: Kysely<Tables>, id: string): Promise<Transfer> {
  const row = await db.selectFrom('transfer').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw unknownTransfer(id)
  return { ...row, lines: await linesOf(db, id) }
}

/** Moves a locked transfer on; the transition must be legal. */
export async function setStatus(
  db: Kysely<Tables>,
  { id, version }: Transfer,
  status: TransferStatus,
  changes: { shipped_at?: Date; cancel_reason?: string } = {},
): Promise<void> {
  const over = transferTransitions[status].length === 0
  await db
    .updateTable('transfer')
    .set({ status, version: version + 1, ...changes, ...(over ? { ended_at: new Date() } : {}) })
    .where('id', '=', id)
    .execute()
}

/**
 * @throws {BusinessError} invalid_transition with the legal set
 */
export function requireTransition({ id, status }: Transfer, to: TransferStatus): void {
  const legal = transferTransitions[status]
  if (legal.includes(to)) return
  throw new BusinessError('invalid_transition', `${id} is ${status} and cannot become ${to}.`, {
    details: { status, wanted: to, legal },
    nextActions: [{ hint: `Read inventory://transfers/${id}.` }],
  })
}

/** Tells what happened to a transfer, with the units that it happened to. */
export async function reportTransfer(
  db: Kysely<Tables>,
  type: 'transfer.shipped.v1' | 'transfer.received.v1' | 'transfer.cancelled.v1',
  { id, from_warehouse, to_warehouse }: Transfer,
  units: readonly SkuQuantity[],
): Promise<void> {
  const lines = sumBySku(units).filter(({ qty }) => qty > 0)
  if (lines.length > 0) await report(db, type, id, { transfer_id: id, from: from_warehouse, to: to_warehouse, lines })
}

function linesOf(db: Kysely<Tables>, id: string): Promise<TransferLine[]> {
  return db.selectFrom('transfer_line').selectAll().where('transfer_id', '=', id).orderBy('line_no').execute()
}

async function insertLines(
  db: Kysely<Tables>,
  id: string,
  lines: readonly (SkuQuantity & { lot?: string })[],
): Promise<void> {
  await db
    .insertInto('transfer_line')
    .values(
      lines.map(({ sku, lot, qty }, index) => ({ transfer_id: id, line_no: index + 1, sku, lot: lot ?? '', qty })),
    )
    .execute()
}

function tooFew(warehouse: string, held: readonly (SkuQuantity & { available: number })[]): BusinessError {
  const short = held.filter(({ qty, available }) => available < qty)
  const words = short.map(({ sku, qty, available }) => `${sku}: ${qty} wanted, ${available} available`).join('; ')
  return new BusinessError('insufficient_stock', `${warehouse} has not enough. ${words}.`, {
    details: { lines: held.map(({ sku, qty, available }) => ({ sku, warehouse, requested: qty, available })) },
    nextActions: [{ tool: 'get_stock', arguments: { skus: short.map(({ sku }) => sku), warehouse } }],
  })
}

function unknownTransfer(id: string): BusinessError {
  return new BusinessError('not_found', `There is no transfer ${id}.`, {
    nextActions: [{ hint: 'Read inventory://warehouse/{wid}/work for the transfers under way.' }],
  })
}
