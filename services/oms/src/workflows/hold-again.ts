import { BusinessError } from '@backroom/mcp-service'
import { defineWorkflow } from '@backroom/workflows'
import type { Tables } from '../database-tables.ts'
import { lockOrder } from '../order.ts'
import { recordEvent } from '../timeline.ts'
import { REVIEW_SECONDS, stockNeeds } from './fulfil-order.ts'
import { reserveStock } from './stock-calls.ts'

export interface ExpiredHold {
  orderId: string
}

/**
 * Takes up the stock of an order again whose hold ran out while a review stopped it. Where there is none any more, the
 * order waits without: it is asked for once more when the review has ended.
 */
export const holdAgain = defineWorkflow<Tables>()({
  name: 'hold_again',
  kind: 'reservation_expiry',
  async run({ orderId }: ExpiredHold, steps): Promise<void> {
    steps.pivot()
    const needs = await steps.transaction('needs', async (db) => {
      const order = await lockOrder(db, orderId)
      return order.status === 'on_hold' && order.confirmed_at === null ? stockNeeds(db, order) : undefined
    })
    if (!needs || needs.lines.length === 0) return
    const { checkoutId: orderRef, lines, region } = needs
    try {
      await reserveStock(steps, 'reserve', { orderRef, lines, region, ttlSeconds: REVIEW_SECONDS })
    } catch (error) {
      if (!(error instanceof BusinessError)) throw error
      const data = { reason: error.message }
      await steps.transaction('without', (db) =>
        recordEvent(db, { orderId, type: 'stock.unavailable', actor: 'orders', visibility: 'internal', data }),
      )
    }
  },
})
