import { ulid } from 'ulid'
import { type DemoOrder, type DemoOrderLine, demoOrders } from './orders.ts'
import { demoReturns } from './returns.ts'
import { seededRandom } from './seeded-random.ts'

/** How far a demo claim is. */
export type DemoClaimStage =
  | 'draft'
  | 'submitted'
  | 'under_review'
  | 'info_requested'
  | 'assessed'
  | 'approved'
  | 'denied'
  | 'withdrawn'

/** A claim about one line of an order. Claims knows its state, orders what it holds of the line's entitlement. */
export interface DemoClaim {
  claimId: string
  number: string
  order: DemoOrder
  line: DemoOrderLine
  quantity: number
  /** What orders holds for it; null for a claim that holds nothing, as a draft or one that was denied. */
  drawId: string | null
  /** Minor units that were paid for the units. */
  amountMinor: number
  stage: DemoClaimStage
  kind: 'damaged' | 'missing' | 'not_received' | 'quality'
  statement: string
  openedAt: Date
}

type Plan = Pick<DemoClaim, 'stage' | 'kind' | 'statement'>

const plans: readonly Plan[] = [
  { stage: 'draft', kind: 'not_received', statement: 'No scan for days: the parcel is taken for lost.' },
  { stage: 'submitted', kind: 'damaged', statement: 'The box was crushed and what is in it is broken.' },
  { stage: 'submitted', kind: 'missing', statement: 'The parcel had been opened and one piece is not there.' },
  { stage: 'under_review', kind: 'damaged', statement: 'It arrived wet. I have sent pictures.' },
  { stage: 'info_requested', kind: 'damaged', statement: 'It has a crack.' },
  { stage: 'assessed', kind: 'damaged', statement: 'One corner is broken off; the carton shows where it fell.' },
  { stage: 'assessed', kind: 'quality', statement: 'The seam opened after one day.' },
  { stage: 'approved', kind: 'missing', statement: 'The carton was torn and empty.' },
  { stage: 'denied', kind: 'quality', statement: 'I do not like the colour.' },
  { stage: 'withdrawn', kind: 'not_received', statement: 'It had been left with a neighbour after all.' },
]

const HOUR_MS = 3_600_000
/** Stages in which orders holds what is claimed. */
const holding: readonly DemoClaimStage[] = ['submitted', 'under_review', 'info_requested', 'assessed', 'approved']

/**
 * Ten claims, of orders that have no demo return: the same for the same day, on every server.
 *
 * @param today any moment of the day; UTC counts
 */
export function demoClaims(today: Date): DemoClaim[] {
  const random = seededRandom(45)
  const returned = new Set(demoReturns(today).map(({ order }) => order.orderId))
  const orders = demoOrders(today).filter(({ orderId }) => !returned.has(orderId))
  const delivered = orders.filter(
    ({ deliveredAt }) => deliveredAt && today.getTime() - deliveredAt.getTime() > 48 * HOUR_MS,
  )
  const onTheRoad = orders.filter(({ shippedAt, deliveredAt }) => shippedAt && !deliveredAt)
  return plans.flatMap((plan, index) => {
    const order = plan.stage === 'draft' ? onTheRoad.shift() : delivered.pop()
    const [line] = order?.lines ?? []
    if (!order || !line) return []
    const openedAt = new Date((order.deliveredAt ?? order.shippedAt ?? order.placedAt).getTime() + 24 * HOUR_MS)
    const id = (prefix: string) => `${prefix}_${ulid(openedAt.getTime(), random.next)}`
    const [claimId, drawId] = [id('clm'), id('ent')]
    return [
      {
        claimId,
        number: `CLM-${openedAt.getUTCFullYear()}-${String(index + 1).padStart(6, '0')}`,
        ...{ order, line, quantity: 1, openedAt },
        drawId: holding.includes(plan.stage) ? drawId : null,
        amountMinor: line.quantity === 1 ? line.paidMinor : Math.floor(line.paidMinor / line.quantity),
        ...plan,
      },
    ]
  })
}
