import { type Kysely, sql } from 'kysely'
import { giveBack } from './coupon.ts'
import type { Shopper } from './customer.ts'
import type { Tables } from './database-tables.ts'

// What the shop itself remembers of purchases: its own completed checkouts, which need no other server.

/** The customer's newest order that has the product and still stands. */
export async function latestPurchase(
  db: Kysely<Tables>,
  { customerId }: Shopper,
  productId: string,
): Promise<string | undefined> {
  const lines = JSON.stringify({ lines: [{ product_id: productId }] })
  const row = await db
    .selectFrom('checkout_session')
    .select('order_ref')
    .where('customer_id', '=', customerId)
    .where('status', '=', 'completed')
    .where('revoked', '=', false)
    .where(sql<boolean>`purchase @> ${lines}::jsonb`)
    .orderBy('completed_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.order_ref ?? undefined
}

/** An order that was cancelled as a whole was never a purchase, and its coupon can be used again. */
export async function forgetPurchase(db: Kysely<Tables>, orderId: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const session = await trx
      .updateTable('checkout_session')
      .set({ revoked: true })
      .where('order_ref', '=', orderId)
      .where('revoked', '=', false)
      .returning('checkout_id')
      .executeTakeFirst()
    if (session) await giveBack(trx, session.checkout_id)
  })
}
