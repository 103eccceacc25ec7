import type { Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { type Cut, cancellable } from '../cancellation.ts'
import type { Tables } from '../database-tables.ts'
import { lockOrder } from '../order.ts'
import { linesOf, type OrderLine } from '../order-line.ts'
import { type SkuQuantity, sumBySku } from './sku-quantity.ts'
import { type Release, releaseStock } from './stock-calls.ts'

export interface StockToFree {
  ref: string
  /** All of it when absent. */
  lines?: SkuQuantity[]
}

/** What inventory is asked to free: units that a warehouse has to send, or the hold of an order that has none yet. */
export async function stockToFree(
  db: Kysely<Tables>,
  { orderId, lines: cuts }: { orderId: string; lines?: readonly Cut[] | undefined },
): Promise<StockToFree[]> {
  const order = await lockOrder(db, orderId)
  const lines = await linesOf(db, [orderId])
  const reserved = lines.reduce((sum, { qty_reserved }) => sum + qty_reserved, 0)
  if (!cuts)
    return [order.id, ...(order.checkout_id && reserved === 0 ? [order.checkout_id] : [])].map((ref) => ({ ref }))
  const units = cuts.map(({ orderLineId, qty }) => {
    const line = lines.find(({ id }) => id === orderLineId)
    const unplaced = line ? cancellable(line) - line.qty_reserved : 0
    return { sku: line?.sku ?? '', qty: Math.max(0, qty - unplaced) }
  })
  const wanted = sumBySku(units.filter(({ qty }) => qty > 0))
  return wanted.length > 0 ? [{ ref: order.id, lines: wanted }] : []
}

/** Has inventory free units; what it handed over before is in `kept`. */
export async function freeStock(steps: Steps<Tables>, stock: readonly StockToFree[]): Promise<Release> {
  const freed: Release = { released: [], kept: [] }
  for (const [index, { ref, lines }] of stock.entries()) {
    const release = await releaseStock(steps, `release_${index}`, ref, lines)
    freed.released.push(...(release?.released ?? []))
    freed.kept.push(...(release?.kept ?? []))
  }
  return freed
}

/** The wanted cuts, less what a warehouse handed over first, whether or not this order has been told of it yet. */
export function withinReach(lines: readonly OrderLine[], wanted: readonly Cut[], kept: readonly SkuQuantity[]): Cut[] {
  const gone = new Map(sumBySku(kept).map(({ sku, qty }) => [sku, qty]))
  return wanted.flatMap(({ orderLineId, qty }) => {
    const line = lines.find(({ id }) => id === orderLineId)
    if (!line) return []
    const stays = Math.min(qty, gone.get(line.sku) ?? 0)
    gone.set(line.sku, (gone.get(line.sku) ?? 0) - stays)
    return [{ orderLineId, qty: Math.min(qty - stays, cancellable(line)) }]
  })
}
