import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import { type FulfillmentOrder, insertFulfillmentOrder, liveLines, settleStatus } from './fulfillment.ts'
import type { Order } from './order.ts'
import { refreshAxes } from './order-axes.ts'
import { requireEachOnce } from './order-line.ts'

/**
 * Makes two fulfilment orders of one that its warehouse has not begun; the new one gets the named units.
 *
 * @throws {BusinessError} not_found; invalid_transition when picking has begun; invalid_argument for units that it does
 * not have, or all of them
 */
export async function splitFulfillment(
  db: Kysely<Tables>,
  order: Order,
  fulfillmentOrderId: string,
  units: readonly { orderLineId: string; qty: number }[],
): Promise<[FulfillmentOrder, FulfillmentOrder]> {
  requireEachOnce(units.map(({ orderLineId }) => orderLineId))
  const from = await fulfillmentOrder(db, order, fulfillmentOrderId)
  if (from.status !== 'open') throw notOpen(from)
  const lines = (await liveLines(db, order.id)).filter((line) => line.fulfillment_order_id === from.id)
  const total = lines.reduce((sum, { qty }) => sum + qty, 0)
  const moved = units.reduce((sum, { qty }) => sum + qty, 0)
  if (moved >= total) throw new BusinessError('invalid_argument', 'A split leaves at least one unit where it was.')
  const to = await insertFulfillmentOrder(db, order, from.warehouse, from.ship_by)
  for (const { orderLineId, qty } of units) {
    const line = lines.find(({ order_line_id }) => order_line_id === orderLineId)
    if (!line || line.qty < qty) throw notThere(from, orderLineId, line?.qty ?? 0)
    await db
      .updateTable('fo_line')
      .set({ qty: line.qty - qty })
      .where('fulfillment_order_id', '=', from.id)
      .where('order_line_id', '=', orderLineId)
      .execute()
    await db
      .insertInto('fo_line')
      .values({ fulfillment_order_id: to.id, order_line_id: orderLineId, sku: line.sku, qty })
      .execute()
  }
  await refreshAxes(db, order.id)
  return [await settleStatus(db, from.id), to]
}

/**
 * Id of the order that a fulfilment order is for.
 *
 * @throws {BusinessError} not_found
 */
export async function orderOfFulfillment(db: Kysely<Tables>, id: string): Promise<string> {
  const found = await db.selectFrom('fulfillment_order').select('order_id').where('id', '=', id).executeTakeFirst()
  if (found) return found.order_id
  throw unknownFulfillment(id)
}

async function fulfillmentOrder(db: Kysely<Tables>, order: Order, id: string): Promise<FulfillmentOrder> {
  const found = await db
    .selectFrom('fulfillment_order')
    .selectAll()
    .where('id', '=', id)
    .where('order_id', '=', order.id)
    .executeTakeFirst()
  if (found) return found
  throw unknownFulfillment(id)
}

function unknownFulfillment(id: string): BusinessError {
  return new BusinessError('not_found', `There is no fulfilment order ${id}.`, {
    nextActions: [{ tool: 'get_order', hint: 'include fulfillment_orders' }],
  })
}

function notOpen(from: FulfillmentOrder): BusinessError {
  return new BusinessError('invalid_transition', `${from.id} is ${from.status}; only one that is open can be split.`, {
    details: { status: from.status, wanted: 'split', legal: ['open'] },
  })
}

function notThere(from: FulfillmentOrder, orderLineId: string, has: number): BusinessError {
  return new BusinessError('invalid_argument', `${from.id} has ${has} units of line ${orderLineId}.`, {
    details: { order_line_id: orderLineId, qty: has },
  })
}
