import type { Day } from '@backroom/calendar'
import { dayOf, daysAfter } from '@backroom/calendar'
import type { DemoOrder, SeededRandom } from '@backroom/demo-data'
import type { Shelf } from './assortment.ts'
import { earmark, playOrders } from './orders.ts'
import { type Delivery, receive, reorder } from './purchasing.ts'
import { freeUnits, type History, move, type Stock, stockOf } from './shelf-ledger.ts'

/** Days that the demo's past covers; it ends yesterday. */
export const HISTORY_DAYS = 42

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const INCIDENT_DAY = 30
/** Weekdays on which the buyer orders: Monday and Thursday. */
const BUYING_DAYS = [1, 4]
/** Demand by weekday, Sunday first; the mean is 1. */
const WEEKDAYS = [1.2, 1.1, 0.95, 0.9, 0.9, 0.95, 1]

/**
 * Plays six weeks of the demo retailer: customers order, orders are reserved, picked and shipped, shelves below their
 * reorder point are ordered, suppliers deliver late, short or damaged now and then.
 *
 * @param shopOrders orders that other servers know too; the rest of the demand came from elsewhere
 * @param today the first day that is not played
 */
export function playHistory(
  shelves: readonly Shelf[],
  shopOrders: readonly DemoOrder[],
  today: Day,
  random: SeededRandom,
): History {
  const history: History = {
    movements: [],
    demand: [],
    balances: new Map(),
    orders: [],
    reservations: [],
    earmarked: earmark(shelves, shopOrders),
  }
  const deliveries: Delivery[] = []
  const start = Date.parse(daysAfter(today, -HISTORY_DAYS))
  let lastOrder = 100_000
  const nextOrder = () => `ORD-${today.slice(0, 4)}-${++lastOrder}`
  for (const shelf of shelves) openShelf(history, shelf, start - 6 * HOUR_MS, random)
  for (let day = 0; day < HISTORY_DAYS; day++) {
    const morning = start + day * 24 * HOUR_MS
    for (const delivery of deliveries.filter((due) => due.day === day)) receive(history, delivery, morning, random)
    for (const shelf of shelves) sell(history, shelf, morning, random, nextOrder)
    if (day === INCIDENT_DAY) haveIncidents(history, shelves, morning + 7 * HOUR_MS)
    if (BUYING_DAYS.includes(new Date(morning).getUTCDay())) reorder(history, shelves, day, morning, random, deliveries)
  }
  playOrders(history, shelves, shopOrders, random)
  return history
}

/** A spill, a theft and goods that need a second look. */
function haveIncidents(history: History, shelves: readonly Shelf[], at: number): void {
  const stocked = shelves.filter((shelf) => stockOf(history, shelf).on_hand > 8)
  const [lost, quarantined, found] = [stocked[11], stocked[29], stocked[47]]
  const by = 'staff-warehouse'
  if (lost)
    move(history, lost, at, { kind: 'adjust', from: 'available', to: 'outside', qty: 1 }, 'adjustment', 'lost', by)
  if (found)
    move(history, found, at, { kind: 'adjust', from: 'outside', to: 'available', qty: 2 }, 'adjustment', 'found', by)
  const inspect = { kind: 'quarantine', from: 'available', to: 'quarantined', qty: 3 } as const
  if (quarantined) move(history, quarantined, at, inspect, 'quarantine', 'inspection', by)
}

/** Movements sorted by time, with the units on hand after each. */
export function inTimeOrder(movements: History['movements']): History['movements'] {
  const onHand = new Map<string, number>()
  return movements
    .toSorted((a, b) => a.ts.getTime() - b.ts.getTime())
    .map((movement) => {
      const place = `${movement.sku} ${movement.warehouse_id}`
      const gain = movement.from_bucket === 'outside' ? 1 : movement.to_bucket === 'outside' ? -1 : 0
      const balanceAfter = (onHand.get(place) ?? 0) + gain * movement.qty
      onHand.set(place, balanceAfter)
      return { ...movement, balance_after: balanceAfter }
    })
}

function openShelf(history: History, shelf: Shelf, at: number, random: SeededRandom): void {
  const stock: Stock = { on_hand: 0, reserved: 0, quarantined: 0, damaged: 0, incoming: 0, in_transit: 0 }
  history.balances.set(shelf, stock)
  const usual = random.integer(shelf.reorderPoint, shelf.targetLevel)
  const own = shelf.neglected ? Math.ceil(shelf.demand * HISTORY_DAYS + shelf.reorderPoint * 0.3) : usual
  const qty = own + (history.earmarked.get(shelf) ?? 0)
  const count = { kind: 'recount', from: 'outside', to: 'available', qty } as const
  move(history, shelf, at, count, 'adjustment', 'opening-count', 'staff-warehouse')
}

function sell(history: History, shelf: Shelf, morning: number, random: SeededRandom, nextOrder: () => string): void {
  const ordered = poisson(shelf.demand * (WEEKDAYS[new Date(morning).getUTCDay()] ?? 1), random)
  if (ordered === 0) return
  let shipped = 0
  for (let left = ordered; left > 0; ) {
    const wanted = Math.min(left, random.integer(1, 3))
    left -= wanted
    const qty = Math.min(wanted, freeUnits(history, shelf))
    if (qty <= 0) continue
    const order = nextOrder()
    const at = morning + random.integer(480, 1_140) * MINUTE_MS
    move(history, shelf, at, { kind: 'reserve', from: 'available', to: 'reserved', qty }, 'order', order, 'oms')
    move(
      history,
      shelf,
      at + HOUR_MS,
      { kind: 'pick', from: 'reserved', to: 'picked', qty },
      'order',
      order,
      'staff-warehouse',
    )
    move(
      history,
      shelf,
      at + 3 * HOUR_MS,
      { kind: 'ship', from: 'picked', to: 'outside', qty },
      'order',
      order,
      'staff-warehouse',
    )
    shipped += qty
  }
  const row = { sku: shelf.sku, warehouse_id: shelf.warehouse, day: dayOf(morning) }
  const returned = shipped > 0 && random.integer(1, 12) === 1 ? 1 : 0
  history.demand.push({ ...row, ordered_qty: ordered, shipped_qty: shipped, returned_qty: returned })
}

/** A random count with the given mean (Knuth, The Art of Computer Programming, volume 2, section 3.4.1). */
function poisson(mean: number, random: SeededRandom): number {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random.next(); product > limit; product *= random.next()) count++
  return count
}
