import type { RoleName } from '@backroom/access'
import { ConfigurationError } from '@backroom/configuration'
import type { Kysely } from 'kysely'
import { ulid } from 'ulid'
import type { AuthTables } from '../database-tables.ts'
import { deny } from '../revocation/deny-list.ts'

export interface NewAccount {
  email: string
  username: string
  role: RoleName
  password_hash: string
}

/**
 * Creates an account; the answer is its subject, for a customer the customer id.
 *
 * @throws {ConfigurationError} when the email address or the username is taken
 */
export async function createAccount(db: Kysely<AuthTables>, account: NewAccount): Promise<string> {
  const sub = `${account.role === 'customer' ? 'cust' : 'staff'}-${ulid().toLowerCase()}`
  const created = await db
    .insertInto('account')
    .values({ ...account, sub })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (created.numInsertedOrUpdatedRows) return sub
  throw new ConfigurationError(`The email address ${account.email} or the username ${account.username} is taken.`)
}

/** Refuses the person from now on: no sign-in, no refresh, and servers turn their living tokens away. */
export async function lockAccount(db: Kysely<AuthTables>, email: string): Promise<string> {
  const sub = await setLockedAt(db, email, new Date())
  await deny(db, 'sub', sub)
  return sub
}

/** Lets the person sign in again at once; servers accept their tokens again within 65 minutes of the lock. */
export async function unlockAccount(db: Kysely<AuthTables>, email: string): Promise<string> {
  return setLockedAt(db, email, null)
}

async function setLockedAt(db: Kysely<AuthTables>, email: string, lockedAt: Date | null): Promise<string> {
  const updated = await db
    .updateTable('account')
    .set({ locked_at: lockedAt })
    .where('email', '=', email)
    .returning('sub')
    .executeTakeFirst()
  if (updated) return updated.sub
  throw new ConfigurationError(`No account has the email address ${email}.`)
}
