import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import { type Reason, reasonCodes } from './reason-code.ts'
import { restockingFee, shareOfUnits } from './refund-share.ts'
import { advanceInForce } from './resolution-state.ts'
import { linesOf, type Rma, type RmaLine } from './rma.ts'

/** What some units of a line are worth to the customer, in minor units. */
export interface LineWorth {
  line: RmaLine
  qty: number
  /** Their part of what was paid. */
  shareMinor: number
  /** Kept of it because the reason is the customer's own. */
  feeMinor: number
  netMinor: number
}

/** What a return is worth to the customer, in minor units. */
export interface Breakdown {
  lines: LineWorth[]
  shareMinor: number
  restockingFeeMinor: number
  /** Kept once for a label that was not free; never more than the rest. */
  labelFeeMinor: number
  /** Paid before the goods were back. */
  advancedMinor: number
  /** The most that may still be paid. */
  ceilingMinor: number
  /** What was paid in advance beyond what the goods turned out to be worth. */
  owedBackMinor: number
}

/** Which units count: those that passed the inspection, or those that are still expected. */
export type CountedUnits = 'accepted' | 'authorised'

/** What a locked or read return is worth. */
export async function breakdownOf(
  db: Kysely<Tables>,
  rma: Rma,
  counted: CountedUnits = 'accepted',
): Promise<Breakdown> {
  const lines = await linesOf(db, [rma.id])
  const advance = await advanceInForce(db, rma.id)
  return breakDown(rma, lines, await reasonCodes(db), counted, advance?.amount_minor ?? 0)
}

/** The same from what is known already. */
export function breakDown(
  rma: Pick<Rma, 'policy_snapshot' | 'label_method'>,
  rows: readonly RmaLine[],
  reasons: readonly Reason[],
  counted: CountedUnits,
  advancedMinor: number,
): Breakdown {
  const own = (line: RmaLine) => reasons.find(({ code }) => code === line.reason_code)?.fault === 'customer'
  const lines = rows.map((line) => worthOf(rma, line, own(line), counted))
  const sum = (part: (worth: LineWorth) => number) => lines.reduce((all, each) => all + part(each), 0)
  const net = sum(({ netMinor }) => netMinor)
  const labelFeeMinor = Math.min(net, labelFee(rma, lines, own))
  const worth = net - labelFeeMinor
  return {
    lines,
    shareMinor: sum(({ shareMinor }) => shareMinor),
    restockingFeeMinor: sum(({ feeMinor }) => feeMinor),
    labelFeeMinor,
    advancedMinor,
    ceilingMinor: Math.max(0, worth - advancedMinor),
    owedBackMinor: Math.max(0, advancedMinor - worth),
  }
}

function worthOf(
  { policy_snapshot }: Pick<Rma, 'policy_snapshot'>,
  line: RmaLine,
  own: boolean,
  counted: CountedUnits,
): LineWorth {
  const qty = counted === 'accepted' ? line.qty_accepted : line.qty_authorised
  const paid = { drawnQty: line.drawn_qty, drawnMinor: line.drawn_minor, unitMinor: line.unit_minor }
  const shareMinor = shareOfUnits(paid, qty)
  const restockingBp = policy_snapshot[line.policy_id]?.restocking_bp ?? 0
  const feeMinor = own ? restockingFee(shareMinor, { restockingBp }) : 0
  return { line, qty, shareMinor, feeMinor, netMinor: shareMinor - feeMinor }
}

/** A label of ours costs the customer something where no line's policy gives it for free and every reason is their own. */
function labelFee(
  { label_method, policy_snapshot }: Pick<Rma, 'policy_snapshot' | 'label_method'>,
  lines: readonly LineWorth[],
  own: (line: RmaLine) => boolean,
): number {
  if (label_method === null || label_method === 'own') return 0
  const policies = lines.flatMap(({ line }) => policy_snapshot[line.policy_id] ?? [])
  const charged = lines.every(({ line }) => own(line)) && policies.every(({ free_label }) => !free_label)
  return charged ? Math.max(0, ...policies.map(({ label_cost_minor }) => label_cost_minor)) : 0
}
