import type { Retail } from './retail.ts'

const AT_ONCE = 8

/** Accounts of new customers, each with an address and a card, as usernames. Their password is that of the demo. */
export async function openAccounts({ rows }: Retail, count: number): Promise<string[]> {
  await rows(
    'auth',
    `insert into account (sub, email, username, role, password_hash, is_demo)
     select 'cust-crowd-' || n, 'crowd' || n || '@example.com', 'crowd' || n, role, password_hash, true
     from account, generate_series(1, $1::int) as n where username = 'demo1'`,
    [count],
  )
  await rows(
    'catshop',
    `insert into customer (customer_id, username, email, name, default_address)
     select 'cust-crowd-' || n, 'crowd' || n, 'crowd' || n || '@example.com', 'Buyer ' || n, default_address
     from customer, generate_series(1, $1::int) as n where customer_id = 'cust-001'`,
    [count],
  )
  await rows(
    'catshop',
    `insert into customer_payment_method (customer_id, token, label, position)
     select 'cust-crowd-' || n, token, label, position
     from customer_payment_method, generate_series(1, $1::int) as n where customer_id = 'cust-001' and position = 0`,
    [count],
  )
  return Array.from({ length: count }, (_, index) => `crowd${index + 1}`)
}

/** Signs everybody in at the shop, so that nothing but the purchase is left to do. */
export async function signInAll({ token }: Retail, usernames: readonly string[]): Promise<void> {
  const waiting = [...usernames]
  const work = Array.from({ length: AT_ONCE }, async () => {
    for (let who = waiting.pop(); who !== undefined; who = waiting.pop()) await token(who, 'catshop')
  })
  await Promise.all(work)
}
