import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import { completeDelivered } from './completion.ts'
import type { HoldKind, Tables } from './database-tables.ts'
import type { Order } from './order.ts'
import { refreshAxes } from './order-axes.ts'
import { resume, setStatus } from './order-status.ts'
import { recordEvent, recordEvents } from './timeline.ts'

export type Hold = Selectable<Tables['order_hold']>

export interface NewHold {
  kind: HoldKind
  reason: string
  actor: string
  /** The hold of another domain that this one mirrors; mirrored once. */
  externalId?: string | undefined
}

/** Open states from which a hold stops an order. */
const stoppable = ['confirmed', 'processing', 'partially_cancelled']

/**
 * Puts a locked order on hold. An open hold of the same kind and reason is the same hold. An order that is still pending
 * stops once it is confirmed.
 *
 * @throws {BusinessError} invalid_transition for an order that is over
 */
export async function placeHold(
  db: Kysely<Tables>,
  order: Order,
  { kind, reason, actor, externalId }: NewHold,
): Promise<Order> {
  requireLiving(order)
  const open = await openHolds(db, [order.id])
  if (
    open.some((hold) => hold.kind === kind && (externalId ? hold.external_id === externalId : hold.reason === reason))
  )
    return order
  const hold = await db
    .insertInto('order_hold')
    .values({
      id: `hold_${ulid()}`,
      order_id: order.id,
      kind,
      reason,
      external_id: externalId ?? null,
      placed_by: actor,
    })
    .onConflict((conflict) => conflict.column('external_id').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!hold) return order
  await recordEvent(db, { orderId: order.id, type: 'order.hold_placed', actor, data: { hold_id: hold.id, kind } })
  return applyHolds(db, await refreshAxes(db, order.id))
}

/**
 * Releases the named open holds of a locked order; the last one lets the order go on. A hold that was released before
 * changes nothing.
 *
 * @throws {BusinessError} not_found naming the holds that are not this order's
 */
export async function releaseHolds(
  db: Kysely<Tables>,
  order: Order,
  holdIds: readonly string[],
  actor: string,
): Promise<Order> {
  const holds = await db.selectFrom('order_hold').selectAll().where('order_id', '=', order.id).execute()
  const foreign = holdIds.filter((id) => !holds.some((hold) => hold.id === id))
  if (foreign.length > 0) throw unknownHolds(order, foreign, holds)
  const released = holds.filter(({ id, released_at }) => holdIds.includes(id) && !released_at)
  if (released.length === 0) return order
  await db
    .updateTable('order_hold')
    .set({ released_by: actor, released_at: new Date() })
    .where('id', '=', sql<string>`any(${released.map(({ id }) => id)})`)
    .execute()
  await recordEvents(
    db,
    released.map(({ id, kind }) => ({
      orderId: order.id,
      type: 'order.hold_released',
      actor,
      data: { hold_id: id, kind },
    })),
  )
  return completeDelivered(db, await applyHolds(db, await refreshAxes(db, order.id)))
}

/** Brings the status of a locked order in line with its holds: on hold while one is open, back when none is. */
export async function applyHolds(db: Kysely<Tables>, order: Order): Promise<Order> {
  const [held] = await openHolds(db, [order.id])
  if (held && stoppable.includes(order.status)) return setStatus(db, order, 'on_hold')
  if (!held && order.status === 'on_hold') return resume(db, order)
  return order
}

/** The open holds of the orders, oldest first. */
export function openHolds(db: Kysely<Tables>, orderIds: readonly string[]): Promise<Hold[]> {
  return db
    .selectFrom('order_hold')
    .selectAll()
    .where('order_id', '=', sql<string>`any(${orderIds})`)
    .where('released_at', 'is', null)
    .orderBy('placed_at')
    .orderBy('id')
    .execute()
}

/** The open holds that have waited longest, with the numbers of their orders. */
export function oldestHolds(db: Kysely<Tables>, limit: number) {
  return db
    .selectFrom('order_hold')
    .innerJoin('orders', 'orders.id', 'order_hold.order_id')
    .selectAll('order_hold')
    .select('number')
    .where('released_at', 'is', null)
    .orderBy('order_hold.placed_at')
    .orderBy('order_hold.id')
    .limit(limit)
    .execute()
}

const over = ['cancelled', 'expired', 'failed', 'closed', 'completed']

function requireLiving(order: Order): void {
  if (!over.includes(order.status)) return
  throw new BusinessError('invalid_transition', `${order.number} is ${order.status}; a hold would stop nothing.`, {
    details: { status: order.status, wanted: 'on_hold', legal: [] },
  })
}

function unknownHolds(order: Order, ids: readonly string[], holds: readonly Hold[]): BusinessError {
  const open = holds.filter(({ released_at }) => !released_at).map(({ id, kind }) => ({ hold_id: id, kind }))
  return new BusinessError('not_found', `${order.number} has no hold ${ids.join(', ')}.`, {
    details: { unknown_holds: ids, open_holds: open },
    nextActions: [{ tool: 'get_order', arguments: { order_id: order.id } }],
  })
}
