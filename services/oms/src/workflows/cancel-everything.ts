import type { Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { planCuts } from '../cancellation.ts'
import type { Tables } from '../database-tables.ts'
import { openHolds, releaseHolds } from '../hold.ts'
import { lockOrder } from '../order.ts'
import { cutUnits, settleCuts } from './cut-units.ts'
import { giveMoneyBack } from './money-back.ts'
import { releaseStock } from './stock-calls.ts'

/** Why an order ends that nobody asked to cancel. */
interface Ending {
  orderId: string
  /** For the customer, in plain words. */
  cause: string
  actor: string
}

const over = ['cancelled', 'expired', 'failed', 'completed', 'closed']

/** Cancels what has not been shipped of an order that cannot go on, frees its stock and gives its money back. */
export async function cancelEverything(steps: Steps<Tables>, { orderId, cause, actor }: Ending): Promise<void> {
  const sourceId = steps.workflowId
  const refs = await steps.transaction('find_stock', (db) => stockReferences(db, orderId))
  for (const [index, ref] of refs.entries()) await releaseStock(steps, `release_${index}`, ref)
  const amountMinor = await steps.transaction('cancel_everything', (db) =>
    cancelRest(db, { orderId, cause, actor, sourceId }),
  )
  await giveMoneyBack(steps, { orderId, amountMinor, sourceId, reason: cause })
  await steps.transaction('settle', (db) => settleCuts(db, orderId, sourceId))
}

/** References under which inventory may keep units of the order; none when the order is over. */
async function stockReferences(db: Kysely<Tables>, orderId: string): Promise<string[]> {
  const order = await lockOrder(db, orderId)
  return over.includes(order.status) ? [] : [order.id, ...(order.checkout_id ? [order.checkout_id] : [])]
}

async function cancelRest(
  db: Kysely<Tables>,
  { orderId, cause, actor, sourceId }: Ending & { sourceId: string },
): Promise<number> {
  const order = await lockOrder(db, orderId)
  if (over.includes(order.status)) return 0
  const holds = await openHolds(db, [orderId])
  const free = await releaseHolds(
    db,
    order,
    holds.map(({ id }) => id),
    actor,
  )
  return cutUnits(db, free, await planCuts(db, free), { reason: cause, sourceId, actor, tellCustomer: true })
}
