import type { RoleName } from '@backroom/access'
import { ConfigurationError } from '@backroom/configuration'
import type { Kysely } from 'kysely'
import { ulid } from 'ulid'
import { recordEvent } from '../audit.ts'
import type { AuthTables } from '../database-tables.ts'
import { denyWithin } from '../revocation/deny-list.ts'

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
export async function createAccount(db: Kysely<AuthTables>, account: NewAccount, by: string): Promise<string> {
  const sub = `${account.role === 'customer' ? 'cust' : 'staff'}-${ulid().toLowerCase()}`
  return db.transaction().execute(async (transaction) => {
    const created = await transaction
      .insertInto('account')
      .values({ ...account, sub })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (!created.numInsertedOrUpdatedRows)
      throw new ConfigurationError(`The email address ${account.email} or the username ${account.username} is taken.`)
    await recordEvent(transaction, { event: 'account_created', sub: by, detail: { of: sub, role: account.role } })
    return sub
  })
}

/** Refuses the person from now on: no sign-in, no refresh, and servers turn their living tokens away. */
export async function lockAccount(db: Kysely<AuthTables>, email: string, by: string): Promise<string> {
  return db.transaction().execute(async (transaction) => {
    const sub = await setLockedAt(transaction, email, new Date())
    await denyWithin(transaction, 'sub', [sub])
    await recordEvent(transaction, { event: 'account_locked', sub: by, detail: { of: sub } })
    return sub
  })
}

/** Lets the person sign in again at once; tokens from before the lock stay refused. */
export async function unlockAccount(db: Kysely<AuthTables>, email: string, by: string): Promise<string> {
  return db.transaction().execute(async (transaction) => {
    const sub = await setLockedAt(transaction, email, null)
    await recordEvent(transaction, { event: 'account_unlocked', sub: by, detail: { of: sub } })
    return sub
  })
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
