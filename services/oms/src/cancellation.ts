import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { addAdjustments } from './adjustment.ts'
import type { Tables } from './database-tables.ts'
import { recordLessDemand } from './demand.ts'
import { EXCHANGE } from './exchange-credit.ts'
import { withdrawUnits } from './fulfillment-withdrawal.ts'
import type { Order } from './order.ts'
import { refreshAxes } from './order-axes.ts'
import { amountToCancel, linesOf, type OrderLine, requireEachOnce } from './order-line.ts'
import { recordEvent } from './timeline.ts'

/** Units of a line that are not wanted any more. */
export interface Cut {
  orderLineId: string
  qty: number
}

/** A cut with its line as it was before, and what its units cost in minor units. */
export interface PricedCut extends Cut {
  line: OrderLine
  amountMinor: number
}

/**
 * What a cancellation would take from a locked order: all that has not been shipped when no lines are named.
 *
 * @throws {BusinessError} invalid_argument for a line that is named twice; not_found for a foreign line; invalid_transition
 * when more is wanted than has not been shipped
 */
export async function planCuts(db: Kysely<Tables>, order: Order, wanted?: readonly Cut[]): Promise<PricedCut[]> {
  if (wanted) requireEachOnce(wanted.map(({ orderLineId }) => orderLineId))
  const lines = await linesOf(db, [order.id])
  const cuts = wanted ?? lines.map((line) => ({ orderLineId: line.id, qty: cancellable(line) }))
  return cuts
    .filter(({ qty }) => qty > 0)
    .map(({ orderLineId, qty }) => {
      const line = lines.find(({ id }) => id === orderLineId)
      if (!line) throw unknownLine(order, orderLineId)
      if (qty > cancellable(line)) throw tooMany(order, line, qty)
      return { orderLineId, qty, line, amountMinor: amountToCancel(line, qty) }
    })
}

/** Units of a line that have neither been shipped nor cancelled. */
export function cancellable({ qty_current, qty_shipped }: OrderLine): number {
  return qty_current - qty_shipped
}

/**
 * Takes units out of a locked order: its lines, what warehouses have to send, the demand that they were, and what the
 * customer owes. A line is cut once for each (source, source id); the same cut again changes nothing.
 */
export async function cancelUnits(
  db: Kysely<Tables>,
  order: Order,
  cuts: readonly PricedCut[],
  { reason, source, sourceId }: { reason: string; source: string; sourceId: string },
): Promise<Order> {
  const fresh = await withoutDone(db, cuts, source, sourceId)
  for (const { line, qty } of fresh) await cutLine(db, line, qty)
  await recordLessDemand(db, order, fresh)
  const less = fresh.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  await giveCreditBack(db, order, Math.max(0, less - order.due_minor), sourceId)
  await addAdjustments(
    db,
    order,
    fresh.map(({ orderLineId, qty, amountMinor }) => ({
      kind: 'cancel',
      orderLineId,
      qty: -qty,
      amountMinor: -amountMinor,
      reason,
      source,
      sourceId,
    })),
  )
  return refreshAxes(db, order.id)
}

/** Goods that came in exchange and are not sent after all: what had paid for them is owed again, and people see to it. */
async function giveCreditBack(db: Kysely<Tables>, order: Order, amountMinor: number, sourceId: string): Promise<void> {
  if (amountMinor === 0) return
  const reason = 'Had been paid with goods sent back'
  await addAdjustments(db, order, [
    { kind: 'cancel', orderLineId: null, qty: 0, amountMinor, reason, source: EXCHANGE, sourceId },
  ])
  const data = { amount_minor: amountMinor, currency: order.currency }
  await recordEvent(db, {
    orderId: order.id,
    type: 'exchange.credit_owed',
    actor: 'orders',
    visibility: 'internal',
    data,
  })
}

async function cutLine(db: Kysely<Tables>, line: OrderLine, qty: number): Promise<void> {
  const unplaced = cancellable(line) - line.qty_reserved
  if (qty > unplaced) await withdrawUnits(db, line, qty - unplaced)
  await db
    .updateTable('order_line')
    .set((of) => ({ qty_cancelled: of('qty_cancelled', '+', qty) }))
    .where('id', '=', line.id)
    .execute()
}

async function withoutDone(
  db: Kysely<Tables>,
  cuts: readonly PricedCut[],
  source: string,
  sourceId: string,
): Promise<PricedCut[]> {
  const done = await db
    .selectFrom('adjustment')
    .select('order_line_id')
    .where('source', '=', source)
    .where('source_id', '=', sourceId)
    .execute()
  return cuts.filter(({ orderLineId }) => !done.some(({ order_line_id }) => order_line_id === orderLineId))
}

function unknownLine(order: Order, orderLineId: string): BusinessError {
  return new BusinessError('not_found', `${order.number} has no line ${orderLineId}.`, {
    nextActions: [{ tool: 'get_order', arguments: { order_id: order.id }, hint: 'Its lines carry their ids.' }],
  })
}

function tooMany(order: Order, line: OrderLine, qty: number): BusinessError {
  const left = cancellable(line)
  return new BusinessError(
    'invalid_transition',
    `${qty} units of ${line.sku} cannot be cancelled: ${left} of ${order.number} have not been shipped.`,
    {
      details: {
        order_line_id: line.id,
        cancellable: left,
        shipped: line.qty_shipped,
        legal: left > 0 ? ['cancel_order', 'initiate_return'] : ['initiate_return'],
      },
      nextActions: [{ hint: 'What has been shipped can be returned.' }],
    },
  )
}
