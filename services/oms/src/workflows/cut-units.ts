import type { Kysely } from 'kysely'
import { cancelUnits, type PricedCut } from '../cancellation.ts'
import { completeDelivered } from '../completion.ts'
import type { Tables } from '../database-tables.ts'
import { drawEntitlement, settleDraw } from '../entitlement.ts'
import { applyHolds } from '../hold.ts'
import type { Order } from '../order.ts'
import { linesOf } from '../order-line.ts'
import { setStatus } from '../order-status.ts'
import { recordEvent } from '../timeline.ts'
import { dropOverpacked } from './withdraw-from.ts'

/** Why units are taken out of an order. */
export interface CutReason {
  reason: string
  /** Id of the cancellation: one draw and one adjustment for each line of it. */
  sourceId: string
  actor: string
  tellCustomer: boolean
  /** It is what the order, being in status cancelling, waits for. */
  requested?: boolean
}

/**
 * Takes units out of a locked order before its money moves: draws what they cost from the entitlement of their lines, and
 * brings the status along. The draws are settled by {@link settleCuts} when the money has been given back.
 *
 * @returns what the units cost, in minor units
 */
export async function cutUnits(
  db: Kysely<Tables>,
  order: Order,
  cuts: readonly PricedCut[],
  { reason, sourceId, actor, tellCustomer, requested = false }: CutReason,
): Promise<number> {
  for (const { orderLineId, qty, amountMinor: minor } of cuts)
    await drawEntitlement(db, { orderLineId, source: 'cancel', sourceId, qty, minor, actor })
  const cut = await cancelUnits(db, order, cuts, { reason, source: 'cancel', sourceId })
  await dropOverpacked(db, order.id)
  const amountMinor = cuts.reduce((sum, each) => sum + each.amountMinor, 0)
  const ended = await withStatus(db, cut, { reason, requested })
  await recordEvent(db, {
    orderId: order.id,
    type: ended.status === 'cancelled' ? 'order.cancelled' : 'order.partially_cancelled',
    actor,
    visibility: tellCustomer ? 'customer' : 'internal',
    data: {
      reason_untrusted: reason,
      amount_minor: amountMinor,
      currency: order.currency,
      lines: cuts.map(({ orderLineId, qty, line: { sku } }) => ({ order_line_id: orderLineId, sku, qty })),
    },
  })
  return amountMinor
}

/** The money of a cancellation has been given back. */
export async function settleCuts(db: Kysely<Tables>, orderId: string, sourceId: string): Promise<void> {
  const held = await db
    .selectFrom('entitlement_draw')
    .select('order_line_id')
    .where('order_id', '=', orderId)
    .where('source', '=', 'cancel')
    .where('source_id', '=', sourceId)
    .where('state', '=', 'held')
    .orderBy('order_line_id')
    .execute()
  for (const { order_line_id: orderLineId } of held) await settleDraw(db, { orderLineId, source: 'cancel', sourceId })
}

async function withStatus(
  db: Kysely<Tables>,
  order: Order,
  { reason, requested }: { reason: string; requested: boolean },
): Promise<Order> {
  if (order.status === 'cancelling' && !requested) return order

  const lines = await linesOf(db, [order.id])
  const left = lines.reduce((sum, { qty_current }) => sum + qty_current, 0)
  const cancelled = { cancelled_at: new Date(), cancel_reason: reason }
  if (order.status === 'pending') return left === 0 ? setStatus(db, order, 'cancelled', cancelled) : order
  const cancelling = order.status === 'cancelling' ? order : await setStatus(db, order, 'cancelling')
  if (left === 0) return setStatus(db, cancelling, 'cancelled', cancelled)
  return completeDelivered(db, await applyHolds(db, await setStatus(db, cancelling, 'partially_cancelled')))
}
