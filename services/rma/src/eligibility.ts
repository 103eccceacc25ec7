import type { ReturnPolicy } from './database-tables.ts'
import { daysAfter } from './day.ts'
import type { Reason } from './reason-code.ts'
import { restockingFee } from './refund-share.ts'
import { deliveredAt, type SoldLine, type SoldOrder } from './sold-order.ts'

/** One line that may be returned, judged. */
export interface Judgement {
  line: SoldLine
  category: string
  policy: ReturnPolicy
  qty: number
  deliveredAt: Date | undefined
  windowEnd: Date | undefined
  /** What the customer paid for the units, in minor units; the last unit of the line may carry some more. */
  valueMinor: number
  feeMinor: number
  /** The goods need not come back. */
  returnless: boolean
  /** Why it cannot be returned at all. */
  impossible: string[]
  /** Why the policy does not cover it, though somebody may still agree. */
  outOfPolicy: string[]
}

interface Asked {
  line: SoldLine
  /** All that is left by default. */
  qty?: number | undefined
  category: string
  policy: ReturnPolicy
  reason?: Reason | undefined
}

/** What each unit of a line but the last cost, in minor units. */
export function unitPrice({ paid_minor, qty_ordered }: SoldLine): number {
  return Math.floor(paid_minor / qty_ordered)
}

/** Judges the return of some units of a line at a moment. */
export function judge(order: SoldOrder, { line, qty, category, policy, reason }: Asked, now: Date): Judgement {
  const wanted = qty ?? line.qty_returnable
  const delivered = deliveredAt(order, line.sku)
  const windowEnd = delivered && daysAfter(delivered, policy.window_days)
  const recall = reason?.recall === true
  const valueMinor = wanted === line.qty_ordered ? line.paid_minor : wanted * unitPrice(line)
  const ownWish = reason === undefined || reason.fault === 'customer'
  return {
    line,
    category,
    policy,
    qty: wanted,
    deliveredAt: delivered,
    windowEnd,
    valueMinor,
    feeMinor: ownWish ? restockingFee(valueMinor, { restockingBp: policy.restocking_bp }) : 0,
    returnless: valueMinor > 0 && valueMinor < policy.returnless_below_minor,
    impossible: obstacles(line, wanted),
    outOfPolicy: recall ? [] : exceptions(policy, windowEnd, ownWish, now),
  }
}

function obstacles({ sku, qty_delivered, qty_returnable }: SoldLine, wanted: number): string[] {
  if (qty_delivered === 0) return [`${sku} has not been delivered yet`]
  if (qty_returnable === 0) return [`every delivered unit of ${sku} is returned or compensated already`]
  if (wanted > qty_returnable) return [`only ${qty_returnable} units of ${sku} can still be returned`]
  return []
}

function exceptions(policy: ReturnPolicy, windowEnd: Date | undefined, ownWish: boolean, now: Date): string[] {
  const late = windowEnd !== undefined && now > windowEnd
  return [
    ...(late
      ? [`the return window of ${policy.window_days} days ended on ${windowEnd.toISOString().slice(0, 10)}`]
      : []),
    ...(policy.final_sale && ownWish ? ['it was a final sale'] : []),
  ]
}
