import type { DemoOrder, SeededRandom } from '@backroom/demo-data'
import type { Insertable } from 'kysely'
import { ulid } from 'ulid'
import type { Tables } from '../database-tables.ts'
import type { Shelf } from './assortment.ts'
import type { SeedHeap } from './lots.ts'
import { freeUnits, type History, move, stockOf } from './shelf-ledger.ts'

const HOUR_MS = 3_600_000
const PICK_BIN_UNITS = 24
const TRANSFER_UNITS = 6

/** Bins of what is left in the building: pick bins first, what does not fit above them. */
export function binRows(heaps: readonly SeedHeap[]): Insertable<Tables['stock_bin']>[] {
  const bins: Insertable<Tables['stock_bin']>[] = []
  const room = new Map<Shelf, number>()
  const put = ({ shelf, lot }: SeedHeap, location: string, qty: number) => {
    if (qty > 0) bins.push({ sku: shelf.sku, warehouse_id: shelf.warehouse, location, lot, qty })
  }
  for (const heap of heaps) {
    if (heap.bucket === 'damaged') put(heap, 'DAMAGED', heap.qty)
    if (heap.bucket === 'quarantined') put(heap, 'QUARANTINE', heap.qty)
    if (heap.bucket !== 'shelf') continue
    const free = room.get(heap.shelf) ?? PICK_BIN_UNITS
    const below = Math.min(free, heap.qty)
    room.set(heap.shelf, free - below)
    put(heap, heap.shelf.bin.pick, below)
    put(heap, heap.shelf.bin.bulk, heap.qty - below)
  }
  return bins
}

/** Goods that left Columbus last night for Allentown. */
export function playTransfer(history: History, shelves: readonly Shelf[], midnight: number, random: SeededRandom) {
  const [source, target] = chooseEnds(history, shelves)
  const at = midnight - HOUR_MS
  const id = `trf_${ulid(at, random.next)}`
  const qty = TRANSFER_UNITS
  const by = 'staff-warehouse'
  move(history, source, at, { kind: 'reserve', from: 'available', to: 'reserved', qty }, 'transfer', id, by)
  move(
    history,
    source,
    at + HOUR_MS / 2,
    { kind: 'transfer_out', from: 'reserved', to: 'outside', qty },
    'transfer',
    id,
    by,
  )
  stockOf(history, target).in_transit += qty
  return {
    transfer: {
      id,
      from_warehouse: source.warehouse,
      to_warehouse: target.warehouse,
      status: 'in_transit',
      note: 'Levels the stock before the weekend.',
      created_by: by,
      created_at: new Date(at),
      shipped_at: new Date(at + HOUR_MS / 2),
      version: 2,
    },
    lines: [
      { transfer_id: id, line_no: 1, sku: source.sku, lot: '', qty, qty_received: 0, qty_returned: 0, qty_lost: 0 },
    ],
  }
}

/** From the fullest shelf of the one that the other has too. */
function chooseEnds(history: History, shelves: readonly Shelf[]): [Shelf, Shelf] {
  const pairs = shelves
    .filter(({ warehouse, shelfLifeDays }) => warehouse === 'WH-2' && shelfLifeDays === null)
    .flatMap((source): [Shelf, Shelf][] => {
      const target = shelves.find(({ sku, warehouse }) => sku === source.sku && warehouse === 'WH-3')
      return target ? [[source, target]] : []
    })
    .sort(([a], [b]) => freeUnits(history, b) - freeUnits(history, a))
  if (!pairs[0]) throw new Error('The demo has nothing to transfer')
  return pairs[0]
}

/** Shipments of the orders that have left, each in one package. */
export function shipmentRows(orders: readonly DemoOrder[], movements: History['movements'], random: SeededRandom) {
  const shipped = orders.flatMap((order) => (order.shippedAt ? [{ ...order, shippedAt: order.shippedAt }] : []))
  const packageOf = new Map(
    shipped.map(({ orderId, shippedAt }) => [orderId, `pkg_${ulid(shippedAt.getTime(), random.next)}`]),
  )
  return {
    shipments: shipped.map(({ shipmentRef, orderId, warehouse, shippedAt }) => ({
      ref: shipmentRef,
      order_ref: orderId,
      warehouse_id: warehouse,
      status: 'handed_over',
      packed_by: 'staff-warehouse',
      packed_at: new Date(shippedAt.getTime() - HOUR_MS),
      handed_over_at: shippedAt,
    })),
    packages: shipped.map(({ orderId, shipmentRef }) => ({
      id: packageOf.get(orderId),
      shipment_ref: shipmentRef,
      weight_g: 0,
    })),
    units: movements
      .filter(({ kind, cause_id }) => kind === 'ship' && packageOf.has(cause_id))
      .map(({ cause_id, sku, warehouse_id, location, lot, qty }) => ({
        order_ref: cause_id,
        sku,
        warehouse_id,
        location,
        lot: lot ?? '',
        qty,
        package_id: packageOf.get(cause_id),
      })),
  }
}

/** A count of the first aisle of a warehouse that somebody has yet to begin. */
export function plannedCount(
  shelves: readonly Shelf[],
  bins: readonly Insertable<Tables['stock_bin']>[],
  at: number,
  random: SeededRandom,
) {
  const id = `cnt_${ulid(at, random.next)}`
  const firstAisle = new Set(shelves.filter(({ bin }) => bin.aisle === 1).map(({ bin }) => bin.pick))
  return {
    count: {
      id,
      warehouse_id: 'WH-1',
      status: 'planned',
      blind: true,
      round: 1,
      created_by: 'staff-warehouse',
      created_at: new Date(at),
    },
    lines: bins
      .filter(({ warehouse_id, location }) => warehouse_id === 'WH-1' && firstAisle.has(location))
      .map(({ location, sku, lot = '' }) => ({ count_id: id, round: 1, location, sku, lot })),
  }
}
