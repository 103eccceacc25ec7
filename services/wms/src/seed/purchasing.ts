import { dayOf, daysAfter } from '@backroom/calendar'
import type { SeededRandom } from '@backroom/demo-data'
import { ulid } from 'ulid'
import type { Bucket } from '../database-tables.ts'
import type { Shelf } from './assortment.ts'
import { type History, move, type SeedOrder, type SeedReceipt, stockOf } from './shelf-ledger.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** A delivery under way. */
export interface Delivery {
  day: number
  order: SeedOrder
  lines: { index: number; qty: number; damaged: number }[]
}

/** Orders what is low, one purchase order a supplier and warehouse, and lets the goods set out. */
export function reorder(
  history: History,
  shelves: readonly Shelf[],
  day: number,
  morning: number,
  random: SeededRandom,
  deliveries: Delivery[],
): void {
  const low = shelves.filter((shelf) => {
    const { on_hand, reserved, incoming } = stockOf(history, shelf)
    return !shelf.neglected && on_hand - reserved + incoming <= shelf.reorderPoint
  })
  for (const group of Map.groupBy(low, ({ supplier, warehouse }) => `${supplier} ${warehouse}`).values()) {
    const [first] = group
    if (!first) continue
    const createdAt = morning + 20 * HOUR_MS + random.integer(0, 59) * MINUTE_MS
    const order: SeedOrder = {
      id: `po_${ulid(createdAt, random.next)}`,
      number: orderNumber(createdAt, history.orders.length + 1),
      supplier: first.supplier,
      warehouse: first.warehouse,
      createdAt,
      expectedAt: daysAfter(dayOf(morning), first.leadTimeDays),
      lines: group.map((shelf) => ({ shelf, ordered: unitsToOrder(history, shelf), received: 0, rejected: 0 })),
      receipts: [],
    }
    for (const { shelf, ordered } of order.lines) stockOf(history, shelf).incoming += ordered
    history.orders.push(order)
    deliveries.push(...deliveriesOf(order, day + first.leadTimeDays + random.integer(-1, 2), random))
  }
}

function unitsToOrder(history: History, shelf: Shelf): number {
  const { on_hand, reserved, incoming } = stockOf(history, shelf)
  const missing = shelf.targetLevel - (on_hand - reserved + incoming)
  return Math.max(1, Math.ceil(missing / shelf.packMultiple)) * shelf.packMultiple
}

/** Most deliveries are complete; one in eight is short and the rest follows, one in fifteen has a damaged unit. */
function deliveriesOf(order: SeedOrder, day: number, random: SeededRandom): Delivery[] {
  const short = random.integer(1, 8) === 1
  const first = order.lines.map(({ ordered }, index) => {
    const qty = short && ordered > 1 ? Math.ceil(ordered * 0.7) : ordered
    return { index, qty, damaged: random.integer(1, 15) === 1 ? 1 : 0 }
  })
  const rest = order.lines
    .map(({ ordered }, index) => ({ index, qty: ordered - (first[index]?.qty ?? 0), damaged: 0 }))
    .filter(({ qty }) => qty > 0)
  const deliveries = [{ day, order, lines: first }]
  if (rest.length > 0) deliveries.push({ day: day + 5, order, lines: rest })
  return deliveries
}

/** Books a delivery in the morning and writes its receipt. */
export function receive(history: History, { order, lines }: Delivery, morning: number, random: SeededRandom): void {
  const at = morning + random.integer(360, 480) * MINUTE_MS
  const receipt: SeedReceipt = { id: `rcp_${ulid(at, random.next)}`, at, lines: [] }
  for (const { index, qty, damaged } of lines) {
    const line = order.lines[index]
    if (!line) continue
    const arrive = (to: Bucket, units: number) => {
      const change = { kind: 'receive', from: 'outside', to, qty: units } as const
      if (units > 0) move(history, line.shelf, at, change, 'purchase_order', order.number, 'staff-warehouse')
    }
    receipt.lines.push({ sku: line.shelf.sku, expected: line.ordered - line.received, received: qty, damaged })
    arrive('available', qty - damaged)
    arrive('damaged', damaged)
    line.received += qty
    line.rejected += damaged
    stockOf(history, line.shelf).incoming -= qty
  }
  order.receipts.push(receipt)
}

/** The number that an order placed at this moment has as the nth one. */
export function orderNumber(createdAt: number, nth: number): string {
  return `PO-${dayOf(createdAt).slice(0, 4)}-${String(nth).padStart(6, '0')}`
}
