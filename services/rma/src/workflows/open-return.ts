import { BusinessError } from '@backroom/mcp-service'
import { defineWorkflow, StepFailed, type Steps } from '@backroom/workflows'
import { announce } from '../changes.ts'
import { ClaimsOfOrder, requireNoClaim } from '../claims-of-order.ts'
import type { Tables } from '../database-tables.ts'
import { type DrawnUnits, insertReturn, type SoldSerial } from '../opening.ts'
import { type JudgedLine, judgeLines, type ReturnWish, requireReturnable } from '../return-wish.ts'
import { type SoldOrder, visibleOrder } from '../sold-order.ts'
import { rmaUris } from '../uris.ts'

/**
 * Opens a return: the policy is asked, then its units are drawn from the order, so that nothing else compensates them, and
 * only then the return exists. What was drawn for a return that comes to nothing is given back.
 */
export const openReturn = defineWorkflow<Tables>()({
  name: 'open_return',
  kind: 'return',
  deadlineMs: 120_000,
  async run(wish: ReturnWish, steps): Promise<{ rmaId: string }> {
    const answer = await steps.call('order', 'oms', 'get_order', { order_id: wish.orderRef })
    const order = visibleOrder(answer, wish.orderRef, wish)
    const judged = await steps.transaction('judge', (db) => judgeLines(db, order, wish))
    await requireUnclaimed(steps, order, judged)
    requireReturnable(order, judged, wish)
    const draws = await drawAll(steps, wish, judged)
    const serials = await serialsOf(steps, order.order_id)
    const rma = await steps.transaction('open', (db) => insertReturn(db, wish, order, judged, draws, serials))
    announce(...rmaUris(rma))
    return { rmaId: rma.id }
  },
})

/** Units that cannot be returned may have been claimed for: then the claim is named. */
async function requireUnclaimed(
  steps: Pick<Steps<Tables>, 'call' | 'isDeployed'>,
  order: SoldOrder,
  judged: readonly JudgedLine[],
): Promise<void> {
  const wanted =
    judged.length === 0 ? order.lines : judged.flatMap(({ impossible, line }) => (impossible.length > 0 ? line : []))
  const blocked = wanted.map(({ order_line_id }) => order_line_id)
  if (blocked.length === 0 || !steps.isDeployed('claims')) return
  requireNoClaim(await claimsOf(steps, order), order, new Set(blocked))
}

/** None where claims does not answer: orders alone decides what can still be returned. */
async function claimsOf(steps: Pick<Steps<Tables>, 'call'>, { order_id }: SoldOrder): Promise<ClaimsOfOrder> {
  try {
    const args = { order_id, verbosity: 'full', limit: 100 }
    return ClaimsOfOrder.parse(await steps.call('claims', 'claims', 'list_claims', args))
  } catch (error) {
    if (error instanceof StepFailed) return { items: [] }
    throw error
  }
}

async function drawAll(
  steps: Steps<Tables>,
  { number }: ReturnWish,
  judged: readonly JudgedLine[],
): Promise<DrawnUnits[]> {
  const draws: DrawnUnits[] = []
  for (const [index, { line, qty }] of judged.entries()) {
    const key = { order_line_id: line.order_line_id, source: 'rma', source_id: number }
    steps.undo(`give_back_${index}`, (undoing) => giveBackIfDrawn(undoing, `give_back_${index}`, key))
    draws.push(
      await steps.call<DrawnUnits>(`draw_${index}`, 'oms', 'draw_entitlement', { ...key, qty, delivered_only: true }),
    )
  }
  return draws
}

/** Without an answer of inventory the return is opened all the same, and its serial numbers are not compared. */
async function serialsOf(steps: Steps<Tables>, order_ref: string): Promise<SoldSerial[]> {
  try {
    return (await steps.call<{ serials: SoldSerial[] }>('serials', 'wms', 'get_reservation', { order_ref })).serials
  } catch (error) {
    if (error instanceof BusinessError || error instanceof StepFailed) return []
    throw error
  }
}

async function giveBackIfDrawn(steps: Steps<Tables>, name: string, key: Record<string, string>): Promise<void> {
  try {
    await steps.call(name, 'oms', 'release_entitlement', key)
  } catch (error) {
    if (!(error instanceof BusinessError) || error.body.code !== 'not_found') throw error
  }
}
