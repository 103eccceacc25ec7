import { BusinessError } from '@backroom/mcp-service'
import { StepFailed, type Steps } from '@backroom/workflows'
import type { z } from 'zod'
import type { Tables } from '../database-tables.ts'
import { ReturnsOfOrder } from '../duplicates.ts'
import type { LineDraw } from '../opening.ts'
import { SoldOrder } from '../sold-order.ts'

type Calls = Pick<Steps<never>, 'call'>

/** The order, as orders tells it. @throws {BusinessError} not_found */
export async function soldOrder(steps: Calls, name: string, orderId: string): Promise<SoldOrder> {
  return SoldOrder.parse(await steps.call(name, 'oms', 'get_order', { order_id: orderId }))
}

/**
 * Returns of an order; none where returns is no part of the fleet or does not answer, since the entitlement alone decides what
 * may be paid.
 */
export async function returnsOfOrder(
  steps: Pick<Steps<never>, 'call' | 'isDeployed'>,
  name: string,
  orderId: string,
): Promise<z.output<typeof ReturnsOfOrder>> {
  if (!steps.isDeployed('rma')) return { items: [] }
  try {
    const args = { order: orderId, verbosity: 'full', limit: 100 }
    return ReturnsOfOrder.parse(await steps.call(name, 'rma', 'list_returns', args))
  } catch (error) {
    if (error instanceof StepFailed) return { items: [] }
    throw error
  }
}

/** What a claim asks to be set apart of one line. */
export interface DrawRequest {
  orderLineId: string
  qty: number
  /** Undefined: what the units cost. */
  amountMinor: number | undefined
}

/**
 * Has orders set entitlements apart, line by line; registers first how each is given back.
 *
 * @param sourceId name of this round of draws
 * @throws {BusinessError} limit_exceeded when a line has been compensated otherwise
 */
export async function drawEntitlements(
  steps: Pick<Steps<Tables>, 'call' | 'undo'>,
  sourceId: string,
  requests: readonly DrawRequest[],
): Promise<Map<string, LineDraw>> {
  const draws = new Map<string, LineDraw>()
  for (const { orderLineId, qty, amountMinor } of requests) {
    const line = { order_line_id: orderLineId, source: 'claim', source_id: sourceId }
    steps.undo(`release_${orderLineId}`, (undoing) => release(undoing, `release_${orderLineId}`, line))
    const draw = await steps.call<{ draw_id: string; minor: number }>(
      `draw_${orderLineId}`,
      'oms',
      'draw_entitlement',
      { ...line, qty, ...(amountMinor === undefined ? {} : { minor: amountMinor }) },
    )
    if (draw.minor === 0) throw nothingLeft(orderLineId)
    draws.set(orderLineId, { drawId: draw.draw_id, minor: draw.minor })
  }
  return draws
}

/** Gives back what was set apart; what was never set apart is given back already. */
export async function releaseEntitlements(
  steps: Calls,
  sourceId: string,
  orderLineIds: readonly string[],
): Promise<void> {
  for (const orderLineId of orderLineIds) {
    const line = { order_line_id: orderLineId, source: 'claim', source_id: sourceId }
    await release(steps, `release_${orderLineId}`, line)
  }
}

async function release(steps: Calls, name: string, line: Record<string, unknown>): Promise<void> {
  await steps.call(name, 'oms', 'release_entitlement', line).catch((error: unknown) => {
    if (!(error instanceof BusinessError) || error.body.code !== 'not_found') throw error
  })
}

function nothingLeft(orderLineId: string): BusinessError {
  return new BusinessError('limit_exceeded', `All that was paid for line ${orderLineId} has been given back already.`, {
    details: { order_line_id: orderLineId, left_minor: 0 },
  })
}
