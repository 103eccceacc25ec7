import type { ShipmentStatus } from './database-tables.ts'
import { foldTracking, type Happening, type TrackingState } from './tracking-state.ts'

/** Something that happened to one parcel of a shipment, or (null) to all of them. */
export interface ParcelHappening extends Happening {
  parcelId: string | null
}

/** What all events of a shipment amount to, and those of each of its parcels. */
export interface ShipmentState extends TrackingState {
  parcels: ReadonlyMap<string, TrackingState>
}

/** From the least far to the farthest. */
const wayThrough: readonly ShipmentStatus[] = [
  'picked_up',
  'in_transit',
  'held_at_location',
  'out_for_delivery',
  'failed_attempt',
  'exception',
  'return_to_sender',
  'lost',
  'delivery_disputed',
  'returned',
  'delivered',
]
const ends: readonly ShipmentStatus[] = ['lost', 'delivery_disputed', 'returned', 'delivered']

/**
 * Folds the events of a shipment, each parcel's by themselves: it is as far as the last of its parcels, and a parcel that
 * nobody has scanned left with the others. It is delivered once no parcel is to come any more and one has arrived.
 */
export function foldShipment(parcelIds: readonly string[], events: readonly ParcelHappening[]): ShipmentState {
  const parcels = new Map(
    parcelIds.map((id) => [id, foldTracking(events.filter(({ parcelId }) => parcelId === null || parcelId === id))]),
  )
  const [only, ...others] = parcels.values()
  if (!only) return { ...foldTracking(events), parcels }
  return { ...(others.length === 0 ? only : together([only, ...others])), parcels }
}

function together(states: readonly TrackingState[]): TrackingState {
  const pickedUpAt = earliest(states.map((state) => state.pickedUpAt))
  const statuses = states.map(({ status }) => status ?? (pickedUpAt && 'picked_up'))
  const toCome = states.filter(({ status }) => !status || !ends.includes(status))
  const isOver = toCome.length === 0
  const deliveredAt = isOver ? latest(states.map((state) => state.deliveredAt)) : undefined
  return {
    status: statuses.reduce((least, status) => (rankOf(status) < rankOf(least) ? status : least)),
    pickedUpAt,
    deliveredAt,
    returnedAt: isOver && !deliveredAt ? latest(states.map((state) => state.returnedAt)) : undefined,
    lastScanAt: isOver
      ? latest(states.map((state) => state.lastScanAt))
      : earliest(toCome.map((state) => state.lastScanAt ?? pickedUpAt)),
  }
}

function rankOf(status: ShipmentStatus | undefined): number {
  return status === undefined ? -1 : wayThrough.indexOf(status)
}

function earliest(moments: readonly (Date | undefined)[]): Date | undefined {
  return moments.reduce((first, moment) => (moment && (!first || moment < first) ? moment : first), undefined)
}

function latest(moments: readonly (Date | undefined)[]): Date | undefined {
  return moments.reduce((last, moment) => (moment && (!last || moment > last) ? moment : last), undefined)
}
