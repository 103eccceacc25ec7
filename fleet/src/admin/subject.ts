import type { AuthTables } from '@backroom/auth/tables'
import { ConfigurationError } from '@backroom/configuration'
import type { Kysely } from 'kysely'

/**
 * The subject of the account with an email address; undefined without one.
 *
 * @throws {ConfigurationError} when there is no such account
 */
export async function subjectOf(db: Kysely<AuthTables>, email: string | undefined): Promise<string | undefined> {
  if (email === undefined) return undefined
  const found = await db.selectFrom('account').select('sub').where('email', '=', email.toLowerCase()).executeTakeFirst()
  if (found) return found.sub
  throw new ConfigurationError(`No account has the email address ${email}.`)
}
