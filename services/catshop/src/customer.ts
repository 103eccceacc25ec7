import { BusinessError, type Caller } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
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

/** A way to pay: a token of the payment provider, and how its owner knows it. */
export interface PaymentMethod {
  token: string
  label: string
}

/** What a purchase needs to know of the account, and falls back on when the call names no address or payment method. */
export interface Account {
  email: string | null
  name: string | null
  address: Address | null
  /** The default first. */
  paymentMethods: PaymentMethod[]
}

/** Makes sure that the shopper has a row, and reads the account. */
export async function openAccount(db: Kysely<Tables>, { customerId, username }: Shopper): Promise<Account> {
  await db
    .insertInto('customer')
    .values({ customer_id: customerId, username })
    .onConflict((conflict) => conflict.column('customer_id').doNothing())
    .execute()
  return db
    .selectFrom('customer')
    .select((select) => [
      'email',
      'name',
      'default_address as address',
      jsonArrayFrom(
        select
          .selectFrom('customer_payment_method as method')
          .select(['method.token', 'method.label'])
          .whereRef('method.customer_id', '=', 'customer.customer_id')
          .orderBy('method.position'),
      ).as('paymentMethods'),
    ])
    .where('customer_id', '=', customerId)
    .executeTakeFirstOrThrow()
}
