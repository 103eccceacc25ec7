import { type Kysely, sql } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { replayFacts } from '../facts/kept-facts.ts'
import { recordMoney } from '../money-movement.ts'
import type { Order } from '../order.ts'
import type { Authorization } from './payment-calls.ts'

/** Writes that a checkout has begun; once. Answers with the order id and the customer of the first time. */
export async function openCheckout(
  db: Kysely<Tables>,
  { checkoutId, orderId, customerId }: { checkoutId: string; orderId: string; customerId: string },
): Promise<{ orderId: string; customerId: string }> {
  const row = await db
    .insertInto('checkout')
    .values({ id: checkoutId, order_id: orderId, customer_id: customerId })
    .onConflict((conflict) => conflict.column('id').doUpdateSet((of) => ({ id: of.ref('excluded.id') })))
    .returning(['order_id', 'customer_id'])
    .executeTakeFirstOrThrow()
  return { orderId: row.order_id, customerId: row.customer_id }
}

/** The customer has to confirm the payment at a page before the checkout can go on. */
export async function customerMustAct(db: Kysely<Tables>, checkoutId: string, answer: Authorization): Promise<void> {
  if (!answer.action_url) throw new Error(`payment ${answer.payment_id} needs its customer, but names no page`)
  await db
    .updateTable('checkout')
    .set({ state: 'requires_action', action_url: answer.action_url, payment_id: answer.payment_id })
    .where('id', '=', checkoutId)
    .execute()
}

/** The order is placed and its money authorised; what other domains have told of it meanwhile takes effect. */
export async function completeCheckout(
  db: Kysely<Tables>,
  order: Order,
  { checkoutId, paymentId, totalMinor }: { checkoutId: string; paymentId: string; totalMinor: number },
): Promise<void> {
  await db
    .updateTable('checkout')
    .set({ state: 'completed', action_url: null, payment_id: paymentId })
    .where('id', '=', checkoutId)
    .execute()
  const authorized = { kind: 'authorized', source: 'checkout', sourceId: checkoutId, amountMinor: totalMinor } as const
  await recordMoney(db, order, authorized)
  await replayFacts(db, [order.id, checkoutId])
}

/** The checkout has come to nothing; what other domains told of it is of no use any more. */
export async function closeCheckout(db: Kysely<Tables>, checkoutId: string, orderId: string): Promise<void> {
  await db.updateTable('checkout').set({ state: 'failed', action_url: null }).where('id', '=', checkoutId).execute()
  await db
    .updateTable('fact')
    .set({ state: 'applied' })
    .where('order_id', '=', sql<string>`any(${[checkoutId, orderId]})`)
    .where('state', '=', 'waiting')
    .execute()
}
