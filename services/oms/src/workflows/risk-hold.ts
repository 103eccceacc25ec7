import { defineWorkflow } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { applyHolds, openHolds, placeHold, releaseHolds } from '../hold.ts'
import { lockOrder } from '../order.ts'
import { isLiving } from '../order-actions.ts'
import { setStatus } from '../order-status.ts'
import { recordEvent } from '../timeline.ts'
import { cancelEverything } from './cancel-everything.ts'
import { giveStock, stockNeeds } from './fulfil-order.ts'

/** A hold of payments that stops an order. */
export interface RiskHold {
  hold_id: string
  kind: string
  reason?: string
}

/** Puts a newly placed order on hold for each hold of its payment; it goes on when payments releases them. */
export async function holdForReview(db: Kysely<Tables>, orderId: string, holds: readonly RiskHold[]): Promise<void> {
  if (holds.length === 0) return
  const order = await lockOrder(db, orderId)
  for (const hold of holds) await mirrorHold(db, orderId, hold)
  if (order.status === 'pending') await applyHolds(db, await setStatus(db, await lockOrder(db, orderId), 'confirmed'))
}

/** Shows a hold of payments on the order; the same one again changes nothing. */
export async function mirrorHold(db: Kysely<Tables>, orderId: string, hold: RiskHold): Promise<void> {
  const kind = hold.kind.startsWith('fraud') ? 'fraud' : 'payment'
  const reason = hold.reason ?? hold.kind.replaceAll('_', ' ')
  const externalId = mirrorId(hold.hold_id, orderId)
  await placeHold(db, await lockOrder(db, orderId), { kind, reason, externalId, actor: 'payments' })
}

/** A hold on a customer stops several orders. */
function mirrorId(holdId: string, orderId: string): string {
  return `${holdId}:${orderId}`
}

export interface HoldEnded {
  orderId: string
  holdId: string
  outcome: 'released' | 'rejected' | 'expired'
  reason: string
}

/** What follows when payments has ended a hold: the order goes on, or is cancelled and its money given back. */
export const endHold = defineWorkflow<Tables>()({
  name: 'end_hold',
  kind: 'risk_hold',
  async run({ orderId, holdId, outcome, reason }: HoldEnded, steps): Promise<void> {
    steps.pivot()
    if (outcome !== 'released') {
      await cancelEverything(steps, {
        orderId,
        cause: `The payment did not pass its review: ${reason}`,
        actor: 'payments',
      })
      return
    }
    const waiting = await steps.transaction('release', (db) => releaseMirrored(db, orderId, holdId))
    if (!waiting) return
    await giveStock(steps, waiting)
  },
})

/** What the order needs to be given its stock; undefined when it is still stopped, or has its stock already. */
async function releaseMirrored(db: Kysely<Tables>, orderId: string, holdId: string) {
  const order = await lockOrder(db, orderId)
  const mirrored = (await openHolds(db, [orderId])).filter((hold) => hold.external_id === mirrorId(holdId, orderId))
  const freed = await releaseHolds(
    db,
    order,
    mirrored.map(({ id }) => id),
    'payments',
  )
  if (mirrored.length === 0) {
    const data = { hold_id: holdId, kind: 'payment' }
    await recordEvent(db, { orderId, type: 'payment.hold_released', actor: 'payments', visibility: 'internal', data })
  }
  const goesOn = isLiving(freed) && freed.status !== 'on_hold'
  return goesOn && freed.confirmed_at === null ? stockNeeds(db, freed) : undefined
}
