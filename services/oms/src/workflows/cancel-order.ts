import { BusinessError } from '@backroom/mcp-service'
import { defineWorkflow } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { type Cut, planCuts } from '../cancellation.ts'
import type { ChangeStatus, Tables } from '../database-tables.ts'
import { applyHolds } from '../hold.ts'
import { lockOrder, type Order } from '../order.ts'
import { linesOf } from '../order-line.ts'
import { resume } from '../order-status.ts'
import { cutUnits, settleCuts } from './cut-units.ts'
import { freeStock, stockToFree, withinReach } from './free-stock.ts'
import { giveMoneyBack } from './money-back.ts'
import type { Release } from './stock-calls.ts'
import { withdrawFrom } from './withdraw-from.ts'

export interface CancelInput {
  orderId: string
  changeId: string
  /** Units of some lines; everything that has not been shipped when absent. */
  lines?: Cut[] | undefined
  reason: string
  /** Whether money that was taken goes back; what was only authorised always does. */
  refund: boolean
  /** Whether the customer sees the cancellation in the history of the order. */
  notify: boolean
  actor: string
}

/**
 * Cancels an order or some of its units: first the goods are stopped, since a warehouse may hand them over at this very
 * moment; what it has handed over stays ordered. Then the money of the rest goes back.
 */
export const cancelOrder = defineWorkflow<Tables>()({
  name: 'cancel_order',
  kind: 'cancel',
  deadlineMs: 600_000,
  async run(input: CancelInput, steps): Promise<{ orderId: string }> {
    const { orderId, changeId: sourceId, reason } = input
    steps.undo('stand', ({ transaction }) => transaction('stand', (db) => letStand(db, input)))
    const stock = await steps.transaction('stock', (db) => stockToFree(db, input))
    const freed = await freeStock(steps, stock)
    if (freed.released.length > 0) steps.pivot()
    const amountMinor = await steps.transaction('cut', (db) => cut(db, input, freed))
    steps.pivot()
    await giveMoneyBack(steps, { orderId, amountMinor, sourceId, reason, keepTaken: !input.refund })
    await steps.transaction('settle', async (db) => {
      await settleCuts(db, orderId, sourceId)
      await endChange(db, sourceId, 'applied')
    })
    return { orderId }
  },
})

/** The order goes on as if nobody had asked. */
async function letStand(db: Kysely<Tables>, { orderId, changeId }: CancelInput): Promise<void> {
  const order = await lockOrder(db, orderId)
  if (order.status === 'cancelling') await applyHolds(db, await resume(db, order))
  await endChange(db, changeId, 'declined')
}

/** @throws {BusinessError} invalid_transition when nothing is left that could be cancelled */
async function cut(db: Kysely<Tables>, input: CancelInput, { released, kept }: Release): Promise<number> {
  const { orderId, changeId: sourceId, reason, actor, notify: tellCustomer } = input
  const order = await lockOrder(db, orderId)
  for (const units of released) await withdrawFrom(db, order, units)
  const lines = await linesOf(db, [orderId])
  const wanted = input.lines ?? lines.map(({ id, qty_current }) => ({ orderLineId: id, qty: qty_current }))
  const cuts = await planCuts(db, order, withinReach(lines, wanted, kept))
  if (cuts.length === 0 && lines.some(({ qty_current }) => qty_current > 0)) throw tooLate(order, reason)
  return cutUnits(db, order, cuts, { reason, sourceId, actor, tellCustomer, requested: true })
}

/** Ends the request that the order was changed for. */
async function endChange(db: Kysely<Tables>, changeId: string, status: ChangeStatus): Promise<void> {
  await db.updateTable('order_change').set({ status }).where('id', '=', changeId).execute()
}

/** The refusal of a cancellation that came after the goods had left. */
export function tooLate(order: Order, reason: string): BusinessError {
  return new BusinessError(
    'invalid_transition',
    `${order.number} has left the warehouse and can no longer be cancelled. It can be returned.`,
    {
      details: { status: order.status, fulfillment_status: order.fulfillment_status, legal: ['initiate_return'] },
      nextActions: [{ tool: 'initiate_return', arguments: { order_id: order.id, reason } }],
    },
  )
}
