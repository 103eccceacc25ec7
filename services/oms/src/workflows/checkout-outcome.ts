import { outcomeOf } from '@backroom/workflows'
import type { Kysely, Selectable } from 'kysely'
import type { Tables } from '../database-tables.ts'
import type { Order } from '../order.ts'
import { checkout } from './checkout.ts'

/** A checkout as far as it is, with its order once there is one. */
export type CheckoutState = Selectable<Tables['checkout']> & { order?: Order | undefined }

const LOOK_MS = 250
/** An order that is placed is answered with, even while its stock is still being made its own. */
const LOOKS_AFTER_PLACING = 8

/**
 * Waits until a checkout has ended, or cannot go on without its customer; also for a caller who has gone, whose key then
 * keeps the answer.
 *
 * @throws {BusinessError} why it came to nothing
 */
export async function awaitCheckout(db: Kysely<Tables>, sagaId: string): Promise<CheckoutState> {
  const checkoutId = sagaId.slice(sagaId.indexOf(':') + 1)
  const over = new AbortController()
  try {
    await Promise.race([outcomeOf(checkout, sagaId), untilAnswerable(db, checkoutId, over.signal)])
  } finally {
    over.abort()
  }
  return stateOf(db, checkoutId)
}

async function untilAnswerable(db: Kysely<Tables>, checkoutId: string, signal: AbortSignal): Promise<void> {
  for (let placed = 0; placed < LOOKS_AFTER_PLACING; ) {
    await pause(LOOK_MS, signal)
    if (signal.aborted) return
    const { state } = await stateOf(db, checkoutId)
    if (state === 'requires_action') return
    if (state === 'completed') placed++
  }
}

async function stateOf(db: Kysely<Tables>, checkoutId: string): Promise<CheckoutState> {
  const row = await db.selectFrom('checkout').selectAll().where('id', '=', checkoutId).executeTakeFirstOrThrow()
  if (row.state !== 'completed') return row
  return { ...row, order: await db.selectFrom('orders').selectAll().where('id', '=', row.order_id).executeTakeFirst() }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
