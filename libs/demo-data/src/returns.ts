import { ulid } from 'ulid'
import { type DemoOrder, type DemoOrderLine, demoOrders } from './orders.ts'
import { seededRandom } from './seeded-random.ts'

/** How far a demo return is. */
export type DemoReturnStage =
  | 'requested'
  | 'more_info'
  | 'authorized'
  | 'label_issued'
  | 'in_transit'
  | 'partially_received'
  | 'received'
  | 'inspecting'
  | 'inspected'

/** One line of an order on its way back. Returns knows its state, orders what it holds of the line's entitlement. */
export interface DemoReturn {
  rmaId: string
  rmaLineId: string
  number: string
  order: DemoOrder
  line: DemoOrderLine
  quantity: number
  /** What the order holds for it: its id, and the minor units that were paid for the units. */
  drawId: string
  drawnMinor: number
  stage: DemoReturnStage
  /** Code of a reason. */
  reason: string
  note: string
  requestedAt: Date
}

type Plan = Pick<DemoReturn, 'stage' | 'reason' | 'note'> & { units: number }

const plans: readonly Plan[] = [
  { stage: 'requested', reason: 'changed_mind', note: 'It is nice, but I do not need it after all.', units: 1 },
  { stage: 'more_info', reason: 'defective', note: 'It stopped working on the second day.', units: 1 },
  { stage: 'inspecting', reason: 'not_as_described', note: 'The colour is not the one in the picture.', units: 2 },
  { stage: 'partially_received', reason: 'changed_mind', note: 'I ordered too many.', units: 2 },
  { stage: 'requested', reason: 'damaged_in_transit', note: 'The box arrived crushed.', units: 1 },
  { stage: 'authorized', reason: 'ordered_by_mistake', note: 'I meant to order the other one.', units: 1 },
  { stage: 'label_issued', reason: 'wrong_item', note: 'Something else was in the box.', units: 1 },
  { stage: 'in_transit', reason: 'missing_parts', note: 'The screws are not there.', units: 1 },
  { stage: 'received', reason: 'wrong_size', note: 'Much larger than I thought.', units: 1 },
  { stage: 'inspected', reason: 'defective', note: 'It makes a strange noise.', units: 2 },
]

const HOUR_MS = 3_600_000

/**
 * Ten returns under way, of the orders that were delivered last: the same for the same day, on every server.
 *
 * @param today any moment of the day; UTC counts
 */
export function demoReturns(today: Date): DemoReturn[] {
  const random = seededRandom(44)
  const free = demoOrders(today)
    .filter(({ deliveredAt }) => deliveredAt && today.getTime() - deliveredAt.getTime() > 48 * HOUR_MS)
    .reverse()
  return plans.flatMap(({ units, ...plan }, index) => {
    const at = free.findIndex(({ lines }) => lines.some(({ quantity }) => quantity >= units))
    const [order] = free.splice(at, 1)
    const line = order?.lines.find(({ quantity }) => quantity >= units)
    if (!order?.deliveredAt || !line) return []
    const requestedAt = new Date(order.deliveredAt.getTime() + 26 * HOUR_MS)
    const id = (prefix: string) => `${prefix}_${ulid(requestedAt.getTime(), random.next)}`
    return [
      {
        ...{ rmaId: id('rma'), rmaLineId: id('rln'), drawId: id('ent') },
        number: `RMA-${requestedAt.getUTCFullYear()}-${String(index + 1).padStart(6, '0')}`,
        ...{ order, line, quantity: units, requestedAt },
        drawnMinor: units === line.quantity ? line.paidMinor : units * Math.floor(line.paidMinor / line.quantity),
        ...plan,
      },
    ]
  })
}
