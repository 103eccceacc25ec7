import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Evidence, Tables, WantedResolution } from './database-tables.ts'
import { type Judgement, judge } from './eligibility.ts'
import { reasonsOf } from './reason-code.ts'
import { policiesFor } from './return-policy.ts'
import { requireEachOnce } from './rma.ts'
import type { SoldLine, SoldOrder } from './sold-order.ts'

/** Units of a line that somebody wants to return. */
export interface WishedLine {
  orderLineId: string
  qty: number
  reason: string
  note?: string | undefined
}

/** A return that somebody asks for; JSON, since a process takes it along. */
export interface ReturnWish {
  rmaId: string
  number: string
  orderRef: string
  /** The only customer whose order it may be. */
  customerId?: string | undefined
  /** Everything that can still be returned, for `reason`, when absent. */
  lines?: WishedLine[] | undefined
  reason: string
  /** What the customer says about lines that are not named. */
  note?: string | undefined
  resolution: WantedResolution
  evidence: Evidence[]
  channel: string
  actor: string
}

/** One line of a wish with what the policy says to it. */
export interface JudgedLine extends Judgement {
  reason: string
  note: string | null
}

/**
 * What the policy says to each wished line, or to every line that can still be returned.
 *
 * @throws {BusinessError} not_found for an unknown line; invalid_argument for an unknown reason
 */
export async function judgeLines(
  db: Kysely<Tables>,
  order: SoldOrder,
  { lines, reason, note }: Pick<ReturnWish, 'lines' | 'reason' | 'note'>,
): Promise<JudgedLine[]> {
  const wished = lines ?? returnable(order, { reason, note })
  requireEachOnce(wished.map(({ orderLineId }) => orderLineId))
  const sold = wished.map(({ orderLineId }) => lineOf(order, orderLineId))
  const [, ...reasons] = await reasonsOf(db, [reason, ...wished.map((each) => each.reason)])
  const policies = await policiesFor(
    db,
    order.region,
    sold.map(({ sku }) => sku),
  )
  const now = new Date()
  return wished.flatMap(({ qty, ...each }, index) => {
    const [line, policy, why] = [sold[index], policies[index], reasons[index]]
    if (!line || !policy || !why) return []
    return [{ ...judge(order, { line, qty, reason: why, ...policy }, now), reason: why.code, note: each.note ?? null }]
  })
}

/**
 * Refuses what cannot be returned, and to a customer what the policy does not cover; staff may ask for that all the same.
 *
 * @throws {BusinessError} conflict or limit_exceeded; policy_denied
 */
export function requireReturnable(
  order: SoldOrder,
  judged: readonly JudgedLine[],
  { customerId }: Pick<ReturnWish, 'customerId'>,
): void {
  const impossible = judged.flatMap(({ impossible }) => impossible)
  if (judged.length === 0 || impossible.length > 0) {
    const why = impossible.join('; ') || 'nothing of it can be returned'
    throw new BusinessError('limit_exceeded', `${order.number} cannot be returned like this: ${why}.`, {
      details: {
        lines: judged.map(({ line, qty }) => ({
          order_line_id: line.order_line_id,
          asked: qty,
          returnable: line.qty_returnable,
        })),
      },
      nextActions: [{ tool: 'check_return_eligibility', arguments: { order_id: order.order_id } }],
    })
  }
  const outside = judged.flatMap(({ outOfPolicy, line }) => outOfPolicy.map((why) => `${line.sku}: ${why}`))
  if (customerId === undefined || outside.length === 0) return
  throw new BusinessError('policy_denied', `${order.number} can no longer be returned. ${outside.join('; ')}.`, {
    details: { out_of_policy: outside },
    nextActions: [{ hint: 'Something wrong with the goods? Then a claim is the way.' }],
  })
}

function returnable({ lines }: SoldOrder, why: Pick<WishedLine, 'reason' | 'note'>): WishedLine[] {
  return lines
    .filter(({ qty_returnable }) => qty_returnable > 0)
    .map(({ order_line_id, qty_returnable }) => ({ orderLineId: order_line_id, qty: qty_returnable, ...why }))
}

function lineOf(order: SoldOrder, orderLineId: string): SoldLine {
  const line = order.lines.find(({ order_line_id }) => order_line_id === orderLineId)
  if (line) return line
  throw new BusinessError('not_found', `${order.number} has no line ${orderLineId}.`, {
    details: { lines: order.lines.map(({ order_line_id, sku }) => ({ order_line_id, sku })) },
  })
}
