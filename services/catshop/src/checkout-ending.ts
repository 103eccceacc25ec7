import { BusinessError, type CallContext } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { takeBought } from './cart.ts'
import {
  abandonSession,
  type BegunSession,
  completeSession,
  escalateSession,
  isBegun,
  readSession,
} from './checkout-session.ts'
import { giveBack } from './coupon.ts'
import type { Tables } from './database-tables.ts'
import { getOrder, type Order, type OrderAccess, type Placement, placeOrder } from './order.ts'

/** How a purchase stands: placed (by this call or before), or waiting for its customer to confirm the payment. */
export type Ending = { order: Order; repeated: boolean } | { checkoutId: string; actionUrl: string | null }

/**
 * Brings a purchase that has begun to its end: OMS makes an order of it, or says why not. May be called by several at once
 * and again after a crash; each effect happens once.
 *
 * @throws {BusinessError} why there is no order, in words for the customer; nothing was charged then
 */
export async function endCheckout(
  checkoutId: string,
  { db, callAsCaller }: Pick<CallContext<Tables>, 'db'> & OrderAccess,
): Promise<Ending> {
  const session = await readSession(db, checkoutId)
  if (session.order_ref) return { order: await getOrder({ callAsCaller }, session.order_ref), repeated: true }
  if (session.failure) throw errorOf(session.failure)
  if (!isBegun(session)) throw new Error(`${checkoutId} has not begun`)
  return settle(db, session, callAsCaller)
}

/** Asks OMS about a purchase and books the answer. */
export async function settle(
  db: Kysely<Tables>,
  session: BegunSession,
  call: OrderAccess['callAsCaller'],
): Promise<Ending> {
  const { checkout_id: checkoutId, purchase } = session
  const placement = await placeOrder(call, purchase).catch((error) => refused(db, session, error))
  if ('actionUrl' in placement) {
    await escalateSession(db, checkoutId, placement.actionUrl)
    return { checkoutId, actionUrl: placement.actionUrl }
  }
  const first = await db.transaction().execute(async (trx) => {
    const completed = await completeSession(trx, checkoutId, placement.order)
    if (completed && purchase.source === 'cart') await takeBought(trx, session.customer_id, purchase)
    return completed
  })
  return { order: placement.order, repeated: !first }
}

/** Ends a purchase that OMS refused for good; what may pass stays under way. */
async function refused(
  db: Kysely<Tables>,
  { checkout_id, purchase }: BegunSession,
  error: unknown,
): Promise<Placement> {
  // A fault in OMS says nothing of the purchase: it may still become an order.
  if (!(error instanceof BusinessError) || error.body.retryable || error.body.code === 'internal') throw error
  const told = inWordsOfTheShop(error, purchase)
  await db.transaction().execute(async (trx) => {
    if (await abandonSession(trx, checkout_id, told.body)) await giveBack(trx, checkout_id)
  })
  throw told
}

function inWordsOfTheShop(error: BusinessError, { lines, currency, totals }: BegunSession['purchase']): BusinessError {
  const { code, details } = error.body
  if (code === 'insufficient_stock') {
    const asked = (details.lines ?? []) as { sku: string; requested: number; available: number }[]
    const short = asked.filter(({ requested, available }) => available < requested)
    const named = short.map(({ sku, requested, available }) => {
      const { product_id = sku, title = sku } = lines.find((line) => line.sku === sku) ?? {}
      return { product_id, name: title, requested, available }
    })
    const words = named.map(({ name, available }) =>
      available > 0 ? `only ${available} of ${name} are left` : `${name} is sold out`,
    )
    return new BusinessError('insufficient_stock', `Nothing was ordered or charged: ${words.join('; ')}.`, {
      details: { lines: named },
      nextActions: named.map(({ product_id, available }) => ({
        tool: 'update_cart_quantity',
        arguments: { product_id, quantity: available },
      })),
    })
  }
  if (details.reason === 'payment_declined') {
    return new BusinessError(
      'conflict',
      'The payment was declined. Nothing was ordered or charged; the cart is as it was.',
      {
        details: { ...details, currency, total_minor: totals.grand_minor },
        nextActions: [{ tool: 'checkout', hint: 'Try again with another payment_method of the account.' }],
      },
    )
  }
  return error
}

function errorOf({ code, message, details, next_actions, retry_after_ms }: BusinessError['body']): BusinessError {
  return new BusinessError(code, message, {
    details,
    nextActions: next_actions,
    ...(retry_after_ms === undefined ? {} : { retryAfterMs: retry_after_ms }),
  })
}
