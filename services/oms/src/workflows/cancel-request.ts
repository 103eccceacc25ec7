import { BusinessError } from '@backroom/mcp-service'
import { begin } from '@backroom/workflows'
import { type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import { type Cut, type PricedCut, planCuts } from '../cancellation.ts'
import type { Tables } from '../database-tables.ts'
import { type Order, requireVersion } from '../order.ts'
import { setStatus } from '../order-status.ts'
import { recordEvent } from '../timeline.ts'
import { type CancelInput, cancelOrder, tooLate } from './cancel-order.ts'

/** What somebody wants cancelled. */
export interface CancelWish extends Omit<CancelInput, 'orderId' | 'changeId'> {
  restock: boolean
  /** Of the order when this was decided. */
  expectedVersion?: number | undefined
}

const SETTLED = 'settled:'
const SUSPICION_SECONDS = 60
const AGAIN_MS = 500

/**
 * Stops a locked order and begins its cancellation. A second wish to cancel the whole joins the first.
 *
 * @returns id of the process; or, for an order that is cancelled already, a name that {@link settledOrderOf} understands
 * @throws {BusinessError} invalid_transition when it has left the warehouse; conflict while another change is under way,
 * and for units that were cancelled in the same way a moment ago
 */
export async function requestCancel(db: Kysely<Tables>, order: Order, wish: CancelWish): Promise<string> {
  if (order.status === 'cancelled' && !wish.lines) return `${SETTLED}${order.id}`
  if (order.status === 'cancelling') return joinRunning(db, order, wish)
  requireVersion(order, wish.expectedVersion)
  if (order.status === 'pending') throw tooEarly(order)
  if (wish.lines && wish.expectedVersion === undefined) await requireFresh(db, order, wish.lines)
  const cuts = await planCuts(db, order, wish.lines)
  if (cuts.length === 0 || order.status === 'completed' || order.status === 'closed') throw tooLate(order, wish.reason)
  await setStatus(db, order, 'cancelling')
  const changeId = await insertChange(db, order, wish, cuts)
  await recordWish(db, order, wish)
  const { lines, reason, refund, notify, actor } = wish
  const id = sagaIdOf(changeId)
  const input = { orderId: order.id, changeId, lines, reason, refund, notify, actor }
  await begin(db, cancelOrder, { id, subject: order.id, input, startedBy: actor })
  return id
}

/** The order that needs no process, because it was cancelled before. */
export function settledOrderOf(sagaId: string): string | undefined {
  return sagaId.startsWith(SETTLED) ? sagaId.slice(SETTLED.length) : undefined
}

function sagaIdOf(changeId: string): string {
  return `cancel:${changeId}`
}

async function joinRunning(db: Kysely<Tables>, order: Order, { lines }: CancelWish): Promise<string> {
  const running = await db
    .selectFrom('order_change')
    .select(['id', 'actions'])
    .where('order_id', '=', order.id)
    .where('type', '=', 'cancel')
    .where('status', '=', 'confirmed')
    .orderBy('id', 'desc')
    .executeTakeFirst()
  if (running && JSON.stringify(running.actions) === JSON.stringify(actionsOf(lines))) return sagaIdOf(running.id)
  throw new BusinessError('conflict', `${order.number} is being cancelled at this moment. Look at it again shortly.`, {
    details: { status: order.status },
    retryAfterMs: AGAIN_MS,
    nextActions: [{ tool: 'get_order', arguments: { order_id: order.id } }],
  })
}

/** A repeat within a minute, by a caller who did not say on which version it was decided, is taken for one. */
async function requireFresh(db: Kysely<Tables>, order: Order, lines: readonly Cut[]): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from order_change
    where order_id = ${order.id} and type = 'cancel' and status = 'applied' and actions = ${JSON.stringify(actionsOf(lines))}::jsonb
      and created_at > now() - ${SUSPICION_SECONDS} * interval '1 second' limit 1`.execute(db)
  if (rows.length === 0) return
  throw new BusinessError(
    'conflict',
    'The same units were cancelled less than a minute ago, so this looks like a duplicate. It was not done again.',
    {
      details: { possible_duplicate_of: { saga_id: sagaIdOf(rows[0]?.id ?? '') } },
      nextActions: [
        { tool: 'get_order', arguments: { order_id: order.id } },
        {
          tool: 'cancel_order',
          arguments: { order_id: order.id, expected_version: order.version },
          hint: 'Only if more units are to be cancelled.',
        },
      ],
    },
  )
}

function actionsOf(lines: readonly Cut[] | undefined) {
  return (lines ?? []).map(({ orderLineId, qty }) => ({ qty, order_line_id: orderLineId }))
}

async function insertChange(
  db: Kysely<Tables>,
  order: Order,
  { lines, actor }: CancelWish,
  cuts: readonly PricedCut[],
): Promise<string> {
  const id = `chg_${ulid()}`
  await db
    .insertInto('order_change')
    .values({
      id,
      order_id: order.id,
      type: 'cancel',
      actions: JSON.stringify(actionsOf(lines)),
      plan: JSON.stringify({
        cuts: cuts.map(({ orderLineId, qty, amountMinor, line: { sku } }) => ({ orderLineId, qty, amountMinor, sku })),
        additions: [],
      }),
      status: 'confirmed',
      price_delta_minor: -cuts.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      currency: order.currency,
      order_version: order.version,
      requested_by: actor,
      expires_at: new Date(),
    })
    .execute()
  return id
}

function recordWish(db: Kysely<Tables>, order: Order, { restock, reason, actor }: CancelWish): Promise<void> {
  return recordEvent(db, {
    orderId: order.id,
    type: 'order.cancel_requested',
    actor,
    visibility: 'internal',
    data: { reason_untrusted: reason, ...(restock ? {} : { keep_out_of_sale: true }) },
  })
}

function tooEarly(order: Order): BusinessError {
  return new BusinessError('conflict', `${order.number} is still being placed. Cancel it in a moment.`, {
    details: { status: order.status },
    retryAfterMs: AGAIN_MS,
  })
}
