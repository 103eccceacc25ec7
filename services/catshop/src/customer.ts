import { BusinessError, type Caller } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Address } from './address.ts'
import type { Tables } from './database-tables.ts'

/** Whose cart, orders and reviews a call is about. */
export interface Shopper {
  customerId: string
  /** Key of the cart. */
  username: string
}

/**
 * The customer that a call comes from, as the token says.
 *
 * @throws {BusinessError} `policy_denied` for staff and services: they have no cart and no orders
 */
export function shopperOf({ customerId, username }: Caller): Shopper {
  if (customerId !== undefined) return { customerId, username: username ?? customerId }
  throw new BusinessError(
    'policy_denied',
    "This works on a customer's own cart and orders, and you are not signed in as a customer. Sign in with a customer account.",
  )
}

/** What a purchase falls back on when the call names no address or payment method. */
export interface AccountDefaults {
  address: Address | null
  paymentMethod: string | null
}

/** Makes sure that the shopper has a row, and reads the defaults of the account. */
export async function openAccount(db: Kysely<Tables>, { customerId, username }: Shopper): Promise<AccountDefaults> {
  await db
    .insertInto('customer')
    .values({ customer_id: customerId, username })
    .onConflict((conflict) => conflict.column('customer_id').doNothing())
    .execute()
  const row = await db
    .selectFrom('customer')
    .select(['default_address as address', 'default_payment_method as paymentMethod'])
    .where('customer_id', '=', customerId)
    .executeTakeFirstOrThrow()
  return row
}
