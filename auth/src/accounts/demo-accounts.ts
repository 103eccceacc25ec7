import type { RoleName } from '@backroom/access'
import type { Kysely } from 'kysely'
import type { AuthTables } from '../database-tables.ts'
import type { AccountRow } from './accounts.ts'
import type { Passwords } from './passwords.ts'

/** The published password of every demo account. */
export const DEMO_PASSWORD = 'Demo123!'

const staff: Record<string, RoleName> = {
  ops: 'ops',
  warehouse: 'warehouse',
  buyer: 'buyer',
  dispatcher: 'dispatcher',
  returns: 'returns',
  claims: 'claims',
  claims2: 'claims',
  finance: 'finance',
  support: 'support',
  driver: 'driver',
  approver1: 'approver',
  approver2: 'approver',
  auditor: 'auditor',
  admin: 'administrator',
}

/** demo1…demo10, then the staff of the demo retailer. */
export const demoAccounts: readonly AccountRow[] = [
  ...Array.from({ length: 10 }, (_, index) => customer(index + 1)),
  ...Object.entries(staff).map(([name, role]) => account(`staff-${name}`, name, role)),
]

/** What the sign-in page tells about them: the customers in one line, then each of the staff. */
export const demoAccountHints: readonly { account: string; role: string }[] = [
  { account: 'demo1 … demo10@example.com', role: 'customer' },
  ...demoAccounts.filter(({ role }) => role !== 'customer').map(({ email, role }) => ({ account: email, role })),
]

/** Creates the demo accounts that do not exist yet. */
export async function seedDemoAccounts(db: Kysely<AuthTables>, passwords: Passwords): Promise<void> {
  const existing = await db.selectFrom('account').select('sub').where('is_demo', '=', true).execute()
  if (existing.length >= demoAccounts.length) return
  // The password is public, so one hash serves all of them and the first start stays quick.
  const password_hash = await passwords.hash(DEMO_PASSWORD)
  await db
    .insertInto('account')
    .values(demoAccounts.map((row) => ({ ...row, password_hash, is_demo: true })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

function customer(number: number): AccountRow {
  return account(`cust-${String(number).padStart(3, '0')}`, `demo${number}`, 'customer')
}

function account(sub: string, username: string, role: RoleName): AccountRow {
  return { sub, username, email: `${username}@example.com`, role }
}
