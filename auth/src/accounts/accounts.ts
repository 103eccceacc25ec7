import type { RoleName } from '@backroom/access'
import type { Kysely } from 'kysely'
import type { AuthTables } from '../database-tables.ts'
import { stored } from '../storage-unavailable.ts'

/** A person who can sign in. For customers `sub` is the customer id. */
export interface AccountRow {
  sub: string
  email: string
  username: string
  role: RoleName
}

const columns = ['sub', 'email', 'username', 'role'] as const

/** The account with this subject, unless it is locked or gone. */
export async function findAccount(db: Kysely<AuthTables>, sub: string): Promise<AccountRow | undefined> {
  return stored(
    db.selectFrom('account').select(columns).where('sub', '=', sub).where('locked_at', 'is', null).executeTakeFirst(),
  )
}

/** Usernames by subject, of locked accounts too; without those that are gone. */
export async function usernamesOf(db: Kysely<AuthTables>, subs: readonly string[]): Promise<Map<string, string>> {
  if (subs.length === 0) return new Map()
  const rows = await db.selectFrom('account').select(['sub', 'username']).where('sub', 'in', subs).execute()
  return new Map(rows.map(({ sub, username }) => [sub, username]))
}

/** The account that signs in with this email address or username, with its password hash. */
export async function findByLogin(
  db: Kysely<AuthTables>,
  login: string,
): Promise<(AccountRow & { password_hash: string; is_demo: boolean }) | undefined> {
  const column = login.includes('@') ? 'email' : 'username'
  return stored(
    db
      .selectFrom('account')
      .select([...columns, 'password_hash', 'is_demo'])
      .where(column, '=', login)
      .where('locked_at', 'is', null)
      .executeTakeFirst(),
  )
}

/** True while the accounts with the published password exist. */
export async function hasDemoAccounts(db: Kysely<AuthTables>): Promise<boolean> {
  return (await db.selectFrom('account').select('sub').where('is_demo', '=', true).limit(1).execute()).length > 0
}
