import type { Kysely } from 'kysely'
import type { AuditLog } from '../audit.ts'
import type { AuthTables } from '../database-tables.ts'
import { type AccountRow, findByLogin } from './accounts.ts'
import type { Passwords } from './passwords.ts'
import { createSignInLimits } from './sign-in-limits.ts'

/** What a person typed, and where from. */
export interface Credentials {
  login: string
  password: string
  address: string
  requestId: string
}

/** `wrong` says no more than that: an unknown account and a wrong password look and cost the same. */
export type SignInResult =
  | { outcome: 'signed_in'; account: AccountRow; isDemo: boolean }
  | { outcome: 'wrong' }
  | { outcome: 'wait'; seconds: number }

/**
 * Checks email (or username) and password under the limits, and writes the result to the audit log.
 *
 * @throws {TooManySignIns} when this process has no place left to check passwords
 */
export type SignIn = (credentials: Credentials) => Promise<SignInResult>

/** Sign-in against the accounts of the database. */
export function createSignIn(db: Kysely<AuthTables>, passwords: Passwords, audit: AuditLog): SignIn {
  const limits = createSignInLimits(db)

  const check = async (credentials: Credentials): Promise<SignInResult> => {
    const attempt = { address: credentials.address, login: credentials.login.trim().toLowerCase() }
    const leave = await limits.begin(attempt)
    if (leave.wait !== undefined) return { outcome: 'wait', seconds: leave.wait }
    const found = await findByLogin(db, attempt.login)
    if (!(await passwords.verify(found?.password_hash, credentials.password)) || !found) {
      await limits.failed(attempt)
      return { outcome: 'wrong' }
    }
    await limits.succeeded(attempt, leave.counted)
    if (passwords.isOutdated(found.password_hash)) await renewHash(found.sub, credentials.password)
    const { password_hash: _, is_demo: isDemo, ...account } = found
    return { outcome: 'signed_in', account, isDemo }
  }

  const renewHash = async (sub: string, password: string) => {
    const renewed = await passwords.hash(password)
    await db.updateTable('account').set({ password_hash: renewed }).where('sub', '=', sub).execute()
  }

  return async (credentials) => {
    const result = await passwords.inTurn(() => check(credentials))
    await audit.record({
      event: result.outcome === 'signed_in' ? 'signed_in' : 'sign_in_refused',
      sub: result.outcome === 'signed_in' ? result.account.sub : undefined,
      address: credentials.address,
      requestId: credentials.requestId,
    })
    return result
  }
}
