import type { Day } from '@backroom/calendar'
import { dayOf, daysAfter } from '@backroom/calendar'
import type { Shelf } from './assortment.ts'
import type { History } from './shelf-ledger.ts'

/** Goods that arrived on one day, as far as they are still there. */
export interface SeedLot {
  sku: string
  lotNo: string
  expiresOn: Day
  receivedAt: Date
}

/** Units in a warehouse: on the shelf, or among the damaged ones; the lot is empty for goods of none. */
export interface SeedHeap {
  shelf: Shelf
  bucket: 'shelf' | 'damaged' | 'quarantined'
  lot: string
  qty: number
}

/** The first stock of the demo is older than what suppliers delivered since. */
const OPENING_AGE_DAYS = 310

/**
 * Gives movements in and out of the building the lots they are of, the oldest leaving first, and says what is left of
 * each. Movements must be in time order; one that takes from two lots becomes two.
 */
export function assignLots(history: History): { movements: History['movements']; lots: SeedLot[]; heaps: SeedHeap[] } {
  const byPlace = new Map([...history.balances.keys()].map((shelf) => [`${shelf.sku} ${shelf.warehouse}`, shelf]))
  const lots = new Map<string, SeedLot>()
  const heaps: SeedHeap[] = []
  const movements = history.movements.flatMap((movement) => {
    const shelf = byPlace.get(`${movement.sku} ${movement.warehouse_id}`)
    const { from_bucket: from, to_bucket: to, qty } = movement
    if (!shelf || sideOf(from) === sideOf(to)) return [movement]
    const taken =
      from === 'outside' ? [{ lot: arrivingLot(shelf, movement, lots), qty }] : take(heaps, shelf, from, qty)
    for (const part of taken) if (to !== 'outside') put(heaps, shelf, to, part)
    return taken.map((part) => ({ ...movement, qty: part.qty, lot: part.lot || null }))
  })
  return { movements, lots: [...lots.values()], heaps: heaps.filter(({ qty }) => qty > 0) }
}

type Movement = History['movements'][number]

/** What is picked lies on the shelf until it has shipped: nothing of the demo's past is still at the stage. */
function sideOf(bucket: Movement['from_bucket']): SeedHeap['bucket'] | 'outside' {
  if (bucket === 'outside' || bucket === 'quarantined' || bucket === 'damaged') return bucket
  return 'shelf'
}

function arrivingLot(shelf: Shelf, { ts, kind }: Movement, lots: Map<string, SeedLot>): string {
  if (shelf.shelfLifeDays === null) return ''
  const made = kind === 'recount' ? daysAfter(dayOf(ts.getTime()), -OPENING_AGE_DAYS) : dayOf(ts.getTime())
  const lotNo = `L${made.replaceAll('-', '').slice(2)}`
  const expiresOn = daysAfter(made, shelf.shelfLifeDays)
  lots.set(`${shelf.sku} ${lotNo}`, { sku: shelf.sku, lotNo, expiresOn, receivedAt: ts })
  return lotNo
}

function take(heaps: readonly SeedHeap[], shelf: Shelf, from: Movement['from_bucket'], qty: number) {
  const parts: { lot: string; qty: number }[] = []
  let missing = qty
  for (const heap of heaps) {
    if (heap.shelf !== shelf || heap.bucket !== sideOf(from) || heap.qty === 0 || missing === 0) continue
    const units = Math.min(missing, heap.qty)
    heap.qty -= units
    missing -= units
    parts.push({ lot: heap.lot, qty: units })
  }
  if (missing > 0) throw new Error(`The demo ships ${missing} units of ${shelf.sku} more than ${shelf.warehouse} has`)
  return parts
}

function put(heaps: SeedHeap[], shelf: Shelf, to: Movement['to_bucket'], { lot, qty }: { lot: string; qty: number }) {
  const bucket = sideOf(to) as SeedHeap['bucket']
  const heap = heaps.find((one) => one.shelf === shelf && one.bucket === bucket && one.lot === lot)
  if (heap) heap.qty += qty
  else heaps.push({ shelf, bucket, lot, qty })
}
