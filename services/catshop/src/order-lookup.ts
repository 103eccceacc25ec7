import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Shopper } from './customer.ts'
import type { Tables } from './database-tables.ts'
import { shippingOption } from './delivery.ts'
import { getOrder } from './order.ts'
import { type OrderDetails, orderDetails } from './order-view.ts'
import { requestsOf } from './return-request.ts'

/**
 * A customer's own order with its delivery and its returns.
 *
 * @throws {BusinessError} `not_found`, for the orders of others too
 */
export async function lookUpOrder(
  db: Kysely<Tables>,
  shopper: Shopper,
  reference: string,
): Promise<z.output<typeof OrderDetails>> {
  const order = await getOrder(db, shopper, reference)
  return orderDetails(order, await requestsOf(db, order.order_id), await shippingOption(db, order.shipping_option))
}
