import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { type OrderStatus, type ResumeStatus, resumeStatuses, type Tables } from './database-tables.ts'
import type { Order } from './order.ts'

/** Where an order may go from each status. On hold and cancelling lead back to where the order was. */
export const orderTransitions: Record<OrderStatus, readonly OrderStatus[]> = {
  pending: ['confirmed', 'cancelled', 'expired', 'failed'],
  confirmed: ['processing', 'on_hold', 'cancelling'],
  processing: ['completed', 'on_hold', 'cancelling'],
  on_hold: ['confirmed', 'processing', 'partially_cancelled', 'cancelling'],
  cancelling: ['cancelled', 'partially_cancelled', 'confirmed', 'processing', 'on_hold'],
  partially_cancelled: ['processing', 'completed', 'on_hold', 'cancelling'],
  completed: ['closed'],
  cancelled: [],
  expired: [],
  failed: [],
  closed: [],
}

/** Columns that some transitions set besides the status. */
type Consequence = Partial<
  Pick<Order, 'cancelled_at' | 'cancel_reason' | 'confirmed_at' | 'completed_at' | 'window_ends_at'>
>

/**
 * Moves a locked order to another status; the version grows by one.
 *
 * @throws {BusinessError} invalid_transition with the legal set
 */
export function setStatus(
  db: Kysely<Tables>,
  order: Order,
  to: OrderStatus,
  consequence: Consequence = {},
): Promise<Order> {
  requireTransition(order, to)
  return db
    .updateTable('orders')
    .set({ status: to, resume_status: resumeAfter(order, to), ...consequence, version: order.version + 1 })
    .where('id', '=', order.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Moves a locked order that is on hold or being cancelled back to where it was. */
export function resume(db: Kysely<Tables>, order: Order): Promise<Order> {
  return setStatus(db, order, order.resume_status ?? 'confirmed')
}

/** @throws {BusinessError} invalid_transition with the legal set */
export function requireTransition(order: Order, to: OrderStatus): void {
  const legal = orderTransitions[order.status]
  if (legal.includes(to)) return
  throw new BusinessError('invalid_transition', `${order.number} is ${order.status} and cannot become ${to}.`, {
    details: { status: order.status, wanted: to, legal },
    nextActions: [{ tool: 'get_order', arguments: { order_id: order.id } }],
  })
}

function resumeAfter(order: Order, to: OrderStatus): ResumeStatus | null {
  if (to !== 'on_hold' && to !== 'cancelling') return null
  return order.resume_status ?? resumeStatuses.find((status) => status === order.status) ?? null
}
