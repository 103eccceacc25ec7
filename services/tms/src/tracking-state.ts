import type { ShipmentStatus, TrackingCode } from './database-tables.ts'

/** What a fold needs of a tracking event. */
export interface Happening {
  code: TrackingCode
  occurredAt: Date
  source: string
  sourceEventId: string
}

/** What all events of a parcel amount to, in whatever order and however often they came. */
export interface TrackingState {
  /** Undefined: nothing has moved yet. */
  status: ShipmentStatus | undefined
  /** The first sign that somebody has it: a later scan proves an earlier one that was lost. */
  pickedUpAt: Date | undefined
  deliveredAt: Date | undefined
  returnedAt: Date | undefined
  lastScanAt: Date | undefined
}

/** Of two events of the same moment, which comes first. */
const ranks: Record<TrackingCode, number> = {
  label_created: 0,
  picked_up: 1,
  in_transit: 2,
  held_at_location: 3,
  out_for_delivery: 4,
  failed_attempt: 5,
  exception: 6,
  exception_resolved: 7,
  lost: 8,
  return_to_sender: 9,
  returned: 10,
  delivered: 11,
  delivery_disputed: 12,
}

/** Codes that say that the shipment is in somebody's hands. */
const inHands = new Set<TrackingCode>([
  'picked_up',
  'in_transit',
  'held_at_location',
  'out_for_delivery',
  'failed_attempt',
  'return_to_sender',
  'returned',
  'delivered',
])

/**
 * Folds the events of a parcel by (occurred_at, rank). It depends on the set of events alone. Delivered stays delivered
 * unless the delivery is disputed; an exception covers a status until the next scan or until it is resolved.
 */
export function foldTracking(events: readonly Happening[]): TrackingState {
  const state: TrackingState = {
    status: undefined,
    pickedUpAt: undefined,
    deliveredAt: undefined,
    returnedAt: undefined,
    lastScanAt: undefined,
  }
  let covered: ShipmentStatus | undefined
  for (const { code, occurredAt } of inOrder(events)) {
    if (code === 'label_created') continue
    state.lastScanAt = occurredAt
    if (inHands.has(code)) state.pickedUpAt ??= occurredAt
    const next = after(state.status, code, covered)
    if (next === state.status) continue
    covered = next === 'exception' ? state.status : undefined
    state.status = next
    if (next === 'delivered') state.deliveredAt = occurredAt
    if (next === 'returned') state.returnedAt = occurredAt
  }
  return state
}

function inOrder(events: readonly Happening[]): Happening[] {
  const unique = new Map(events.map((event) => [JSON.stringify([event.source, event.sourceEventId]), event]))
  return [...unique]
    .sort(
      ([keyA, a], [keyB, b]) =>
        +a.occurredAt - +b.occurredAt || ranks[a.code] - ranks[b.code] || (keyA < keyB ? -1 : keyA > keyB ? 1 : 0),
    )
    .map(([, event]) => event)
}

function after(
  status: ShipmentStatus | undefined,
  code: Exclude<TrackingCode, 'label_created'>,
  covered: ShipmentStatus | undefined,
): ShipmentStatus | undefined {
  if (code === 'delivered') return 'delivered'
  if (code === 'delivery_disputed') return status === 'delivered' ? 'delivery_disputed' : status
  if (status === 'delivered') return status
  if (status === 'returned' || status === 'delivery_disputed') return code === 'returned' ? 'returned' : status
  if (code === 'exception_resolved') return status === 'exception' ? covered : status
  if (code === 'exception') return status === undefined ? status : 'exception'
  if (code === 'lost') return status === undefined ? status : 'lost'
  return code
}
