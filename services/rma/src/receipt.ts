import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { CartonCondition, Tables } from './database-tables.ts'
import { noteSignal } from './fraud-signal.ts'
import { reportReturn } from './report.ts'
import { lineNamed, linesOf, type Rma, type RmaLine, requireEachOnce } from './rma.ts'
import { requireStatus, setStatus, statusOfGoods } from './rma-status.ts'

export type Receipt = Selectable<Tables['return_receipt']>

/** Goods of a return that have reached a dock. */
export interface Arrival {
  lines: readonly { line: string; qty: number; condition: string }[]
  warehouse: string
  dock?: string | undefined
  cartonCondition: CartonCondition
  /** Nothing more is expected. */
  complete: boolean
  actor: string
}

/**
 * Books goods of a locked return that have come, all or a part of them.
 *
 * @throws {BusinessError} invalid_transition; limit_exceeded for more than is still expected
 */
export async function receive(db: Kysely<Tables>, rma: Rma, arrival: Arrival): Promise<{ rma: Rma; receipt: Receipt }> {
  requireStatus(rma, ['authorized', 'label_issued', 'in_transit', 'partially_received'], 'received')
  if (rma.returnless) throw goodsNotWanted(rma)
  const expected = await linesOf(db, [rma.id])
  const units = arrival.lines.map(({ line, ...rest }) => ({ line: lineNamed(rma, expected, line), ...rest }))
  requireEachOnce(units.map(({ line }) => line.id))
  if (units.length === 0 && !arrival.complete) throw nothingSaid()
  for (const { line, qty } of units) await book(db, line, qty)
  const lines = await linesOf(db, [rma.id])
  const complete = rma.complete || arrival.complete
  if (lines.every(({ qty_received }) => qty_received === 0)) throw nothingCame(rma)
  const received = await setStatus(db, rma, statusOfGoods(lines, complete), {
    complete,
    warehouse: arrival.warehouse,
    expires_at: null,
  })
  const receipt = await insertReceipt(db, received, arrival, units)
  if (arrival.cartonCondition === 'empty') await noteSignal(db, received, 'empty_box', { receipt_id: receipt.id })
  const inThis = new Map(units.map(({ line, qty }) => [line.id, qty]))
  if (units.length > 0) await reportReturn(db, received, 'received', lines, ({ id }) => inThis.get(id) ?? 0)
  return { rma: received, receipt }
}

/** Receipts of returns, in order. */
export function receiptsOf(db: Kysely<Tables>, rmaIds: readonly string[]): Promise<Receipt[]> {
  return db
    .selectFrom('return_receipt')
    .selectAll()
    .where('rma_id', '=', sql<string>`any(${rmaIds})`)
    .orderBy('received_at')
    .orderBy('id')
    .execute()
}

async function book(db: Kysely<Tables>, line: RmaLine, qty: number): Promise<void> {
  const left = line.qty_authorised - line.qty_received
  if (qty > left)
    throw new BusinessError(
      'limit_exceeded',
      `Only ${left} units of ${line.sku} are still expected; ${qty} are too many.`,
      {
        details: { rma_line_id: line.id, authorised: line.qty_authorised, received: line.qty_received },
        nextActions: [{ hint: 'Goods that nobody announced are the customer’s: set them aside and ask.' }],
      },
    )
  await db
    .updateTable('rma_line')
    .set((of) => ({ qty_received: of('qty_received', '+', qty) }))
    .where('id', '=', line.id)
    .execute()
}

function insertReceipt(
  db: Kysely<Tables>,
  { id: rmaId }: Rma,
  { warehouse, dock, cartonCondition, actor }: Arrival,
  units: readonly { line: RmaLine; qty: number; condition: string }[],
): Promise<Receipt> {
  const lines = units.map(({ line: { id, sku }, qty, condition }) => ({ rma_line_id: id, sku, qty, condition }))
  return db
    .insertInto('return_receipt')
    .values({
      id: `rec_${ulid()}`,
      rma_id: rmaId,
      warehouse,
      dock: dock ?? null,
      carton_condition: cartonCondition,
      lines: JSON.stringify(lines),
      received_by: actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

function goodsNotWanted({ number }: Rma): BusinessError {
  return new BusinessError('invalid_transition', `${number} is settled without its goods; none are expected.`, {
    nextActions: [{ tool: 'get_return', arguments: { rma_number: number } }],
  })
}

function nothingSaid(): BusinessError {
  return new BusinessError('invalid_argument', 'Name the lines that came, or say complete when nothing more will come.')
}

function nothingCame({ number }: Rma): BusinessError {
  return new BusinessError('invalid_argument', `Nothing of ${number} has come. Cancel it, or let it expire.`, {
    nextActions: [{ tool: 'cancel_rma', arguments: { rma_number: number } }],
  })
}
