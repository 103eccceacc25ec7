import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Tables } from './database-tables.ts'
import { getOrder, type OrderAccess } from './order.ts'
import { type OrderDetails, orderDetails } from './order-view.ts'

/**
 * The caller's own order with its delivery.
 *
 * @param reference its id, its number, or the id of the checkout that it came from
 * @throws {BusinessError} `not_found`, for the orders of others too
 */
export async function lookUpOrder(
  { db, callAsCaller }: { db: Kysely<Tables> } & OrderAccess,
  reference: string,
): Promise<z.output<typeof OrderDetails>> {
  const order = await getOrder({ callAsCaller }, (await orderOfCheckout(db, reference)) ?? reference)
  return orderDetails(order)
}

async function orderOfCheckout(db: Kysely<Tables>, reference: string): Promise<string | null | undefined> {
  if (!reference.startsWith('chk_')) return undefined
  const session = await db
    .selectFrom('checkout_session')
    .select('order_ref')
    .where('checkout_id', '=', reference)
    .executeTakeFirst()
  return session?.order_ref
}
