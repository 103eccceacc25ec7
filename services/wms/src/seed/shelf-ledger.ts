import type { Day } from '@backroom/calendar'
import type { Insertable } from 'kysely'
import type { Bucket, MovementKind, Tables } from '../database-tables.ts'
import type { Shelf } from './assortment.ts'

/** What six weeks of selling and buying left behind, ready to be inserted. */
export interface History {
  movements: (Insertable<Tables['movement']> & { ts: Date })[]
  demand: Insertable<Tables['demand_daily']>[]
  balances: Map<Shelf, Stock>
  orders: SeedOrder[]
  reservations: Insertable<Tables['reservation']>[]
  /** Units of a shelf that orders of the shop are going to need. */
  earmarked: Map<Shelf, number>
}

/** Units on a shelf. */
export interface Stock {
  on_hand: number
  reserved: number
  quarantined: number
  damaged: number
  incoming: number
  in_transit: number
}

export interface SeedOrder {
  id: string
  number: string
  supplier: string
  warehouse: string
  createdAt: number
  expectedAt: Day
  lines: { shelf: Shelf; ordered: number; received: number; rejected: number }[]
  receipts: SeedReceipt[]
}

export interface SeedReceipt {
  id: string
  at: number
  lines: { sku: string; expected: number; received: number; damaged: number }[]
}

/** Moves units of a shelf and notes it; the units on hand are filled in once all movements are in order. */
export function move(
  history: History,
  shelf: Shelf,
  at: number,
  { kind, from, to, qty }: { kind: MovementKind; from: Bucket; to: Bucket; qty: number },
  causeType: string,
  causeId: string,
  actor: string,
): void {
  const stock = stockOf(history, shelf)
  const change = (bucket: Bucket, units: number) => {
    if (bucket === 'reserved' || bucket === 'quarantined' || bucket === 'damaged') stock[bucket] += units
  }
  change(from, -qty)
  change(to, qty)
  if (from === 'outside') stock.on_hand += qty
  if (to === 'outside') stock.on_hand -= qty
  const stays = [from, to].every((bucket) => bucket === 'available' || bucket === 'reserved')
  history.movements.push({
    ts: new Date(at),
    sku: shelf.sku,
    warehouse_id: shelf.warehouse,
    kind,
    from_bucket: from,
    to_bucket: to,
    qty,
    lot: null,
    location: stays ? null : shelf.bin.pick,
    cause_type: causeType,
    cause_id: causeId,
    reason: null,
    actor,
    balance_after: 0,
  })
}

/** The shelf's units now. */
export function stockOf({ balances }: History, shelf: Shelf): Stock {
  const stock = balances.get(shelf)
  if (!stock) throw new Error(`${shelf.sku} at ${shelf.warehouse} was never opened`)
  return stock
}

/** Units that nobody has a claim on. */
export function freeUnits(history: History, shelf: Shelf): number {
  const { on_hand, reserved, quarantined, damaged } = stockOf(history, shelf)
  return on_hand - reserved - quarantined - damaged - (history.earmarked.get(shelf) ?? 0)
}
