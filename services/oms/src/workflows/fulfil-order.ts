import { BusinessError } from '@backroom/mcp-service'
import type { Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { confirmOrder, lockOrder, type Order } from '../order.ts'
import { linesOf } from '../order-line.ts'
import { recordEvents } from '../timeline.ts'
import { cancelEverything } from './cancel-everything.ts'
import { placeNeeded } from './needed-units.ts'
import { type SkuQuantity, sumBySku } from './sku-quantity.ts'
import { allocateHold, extendHold, type Reservation, releaseStock, reserveStock } from './stock-calls.ts'

/** What a placed order needs of inventory. */
export interface StockNeeds {
  orderId: string
  /** Reference under which the stock is held until it is the order's. */
  checkoutId: string
  lines: readonly SkuQuantity[]
  region: string
}

/** Seconds that stock is held for an order that a review stops; taken up again when they are over. */
export const REVIEW_SECONDS = 86_400
/** Seconds that fresh stock is held until it is allocated, moments later. */
const MOMENT_SECONDS = 600

/** What follows when an order is placed: its stock, or a longer hold while a review stops it. */
export async function afterPlacing(
  steps: Steps<Tables>,
  { underReview, ...needs }: StockNeeds & { underReview: boolean },
): Promise<void> {
  if (underReview) await extendHold(steps, 'hold_for_review', needs.checkoutId, REVIEW_SECONDS)
  else await giveStock(steps, needs)
}

/**
 * Makes the held stock the order's own and tells the warehouses. A hold that is over is taken again; when there is no
 * stock any more, the order is cancelled and its money given back.
 */
export async function giveStock(steps: Steps<Tables>, needs: StockNeeds): Promise<void> {
  const stock = (await allocateHold(steps, 'allocate', needs)) ?? (await allocateAfresh(steps, needs))
  if (stock) {
    const surplus = await steps.transaction('confirm', (db) => confirmWithStock(db, needs.orderId, stock))
    if (surplus.length > 0) await releaseStock(steps, 'surplus', needs.orderId, surplus)
  } else
    await cancelEverything(steps, {
      orderId: needs.orderId,
      cause: 'What was ordered is out of stock',
      actor: 'orders',
    })
}

/** What an order of this moment needs, from its lines. */
export async function stockNeeds(db: Kysely<Tables>, order: Order): Promise<StockNeeds> {
  const lines = await linesOf(db, [order.id])
  return {
    orderId: order.id,
    checkoutId: order.checkout_id ?? order.id,
    lines: sumBySku(lines.map(({ sku, qty_current: qty }) => ({ sku, qty }))).filter(({ qty }) => qty > 0),
    region: order.region,
  }
}

async function allocateAfresh(steps: Steps<Tables>, needs: StockNeeds): Promise<Reservation | undefined> {
  const { checkoutId: orderRef, lines, region } = needs
  try {
    await reserveStock(steps, 'reserve_again', { orderRef, lines: sumBySku(lines), region, ttlSeconds: MOMENT_SECONDS })
  } catch (error) {
    if (error instanceof BusinessError) return undefined
    throw error
  }
  return allocateHold(steps, 'allocate_again', needs)
}

/** @returns units that the order does not need any more */
async function confirmWithStock(db: Kysely<Tables>, orderId: string, stock: Reservation): Promise<SkuQuantity[]> {
  const units = stock.reservations.map(({ warehouse, sku, qty }) => ({ warehouse, sku, qty }))
  const surplus = await placeNeeded(db, await lockOrder(db, orderId), units)
  const order = await lockOrder(db, orderId)
  if (order.status === 'pending') await confirmOrder(db, order, 'orders')
  else {
    await db.updateTable('orders').set({ confirmed_at: new Date() }).where('id', '=', orderId).execute()
    await recordEvents(db, [{ orderId, type: 'order.confirmed', actor: 'orders', rank: 2 }])
  }
  return surplus
}
