import type { DemoOrder, SeededRandom } from '@backroom/demo-data'
import { ulid } from 'ulid'
import type { Shelf } from './assortment.ts'
import { type History, move } from './shelf-ledger.ts'

const HOUR_MS = 3_600_000

/** Units of each shelf that the orders of the shop need, so that nothing else takes them. */
export function earmark(shelves: readonly Shelf[], orders: readonly DemoOrder[]): Map<Shelf, number> {
  const earmarked = new Map<Shelf, number>()
  for (const order of orders) {
    for (const { shelf, quantity } of linesOf(shelves, order))
      earmarked.set(shelf, (earmarked.get(shelf) ?? 0) + quantity)
  }
  return earmarked
}

/** Reserves the orders of the shop, and ships or releases them, as the other servers say that they were. */
export function playOrders(
  history: History,
  shelves: readonly Shelf[],
  orders: readonly DemoOrder[],
  random: SeededRandom,
): void {
  for (const order of orders) for (const line of linesOf(shelves, order)) playLine(history, order, line, random)
}

function playLine(
  history: History,
  order: DemoOrder,
  { shelf, quantity: qty }: { shelf: Shelf; quantity: number },
  random: SeededRandom,
): void {
  const { orderId, placedAt, shippedAt, cancelledAt, shipmentRef } = order
  const at = placedAt.getTime()
  const cause = ['order', orderId] as const
  history.earmarked.set(shelf, (history.earmarked.get(shelf) ?? 0) - qty)
  move(history, shelf, at, { kind: 'reserve', from: 'available', to: 'reserved', qty }, ...cause, 'oms')
  if (shippedAt) {
    const left = shippedAt.getTime()
    const pick = { kind: 'pick', from: 'reserved', to: 'picked', qty } as const
    move(history, shelf, left - 2 * HOUR_MS, pick, ...cause, 'staff-warehouse')
    move(history, shelf, left, { kind: 'ship', from: 'picked', to: 'outside', qty }, ...cause, 'staff-warehouse')
  }
  if (cancelledAt) {
    const release = { kind: 'release', from: 'reserved', to: 'available', qty } as const
    move(history, shelf, cancelledAt.getTime(), release, ...cause, 'oms')
  }
  history.reservations.push({
    id: `rsv_${ulid(at, random.next)}`,
    order_ref: orderId,
    sku: shelf.sku,
    warehouse_id: shelf.warehouse,
    qty,
    state: shippedAt ? 'shipped' : cancelledAt ? 'released' : 'allocated',
    expires_at: null,
    created_at: placedAt,
    shipment_ref: shippedAt ? shipmentRef : null,
  })
}

function linesOf(shelves: readonly Shelf[], { warehouse, lines }: DemoOrder): { shelf: Shelf; quantity: number }[] {
  return lines.flatMap(({ sku, quantity }) => {
    const shelf = shelves.find((one) => one.sku === sku && one.warehouse === warehouse)
    return shelf ? [{ shelf, quantity }] : []
  })
}
