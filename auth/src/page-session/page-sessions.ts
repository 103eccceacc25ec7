import { createHash, randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { type AccountRow, findAccount } from '../accounts/accounts.ts'
import type { AuthTables } from '../database-tables.ts'
import { stored } from '../storage-unavailable.ts'

/** A way to prove to be there that is no password, as `amr` names it: a code of an app, a passkey. */
export type SecondFactor = 'otp' | 'hwk'

/** Who is signed in at the pages of auth itself, and how sure that is. */
export interface PageSession {
  account: AccountRow
  passwordAt: Date
  secondFactor?: { method: SecondFactor; at: Date }
  expiresAt: Date
}

/** Sessions of the pages of auth itself; apps that a person connects have nothing to do with them. */
export interface PageSessions {
  /** Opens a session for a person who has just typed the password; the answer is its id, which is told once. */
  open(sub: string): Promise<string>
  /** The session with this id, unless it is over or its account is locked or gone. */
  find(id: string): Promise<PageSession | undefined>
  /** Notes that the person has just proved to be there. */
  prove(id: string, method: SecondFactor): Promise<void>
  /** Keeps what a passkey is to sign, for the next {@link takeChallenge}. */
  setChallenge(id: string, challenge: string): Promise<void>
  /** Once. */
  takeChallenge(id: string): Promise<string | undefined>
  close(id: string): Promise<void>
}

const LIFETIME_S = 8 * 3_600
/** What was proved longer ago is not fresh. */
const FRESH_MS = 5 * 60_000

/** Sessions in the database, so that every replica knows them. */
export function createPageSessions(db: Kysely<AuthTables>): PageSessions {
  return {
    async open(sub) {
      const id = randomBytes(32).toString('base64url')
      const expires_at = sql<Date>`now() + make_interval(secs => ${LIFETIME_S})`
      const row = { id_hash: hashOf(id), sub, password_at: sql<Date>`now()`, expires_at }
      await stored(db.insertInto('page_session').values(row).execute())
      return id
    },

    async find(id) {
      const row = await stored(
        db
          .selectFrom('page_session')
          .selectAll()
          .where('id_hash', '=', hashOf(id))
          .where('expires_at', '>', sql<Date>`now()`)
          .executeTakeFirst(),
      )
      const account = row && (await findAccount(db, row.sub))
      if (!row || !account) return undefined
      const { password_at: passwordAt, second_factor: method, second_factor_at: at, expires_at: expiresAt } = row
      return { account, passwordAt, expiresAt, ...(method && at ? { secondFactor: { method, at } } : {}) }
    },

    async prove(id, method) {
      const proved = { second_factor: method, second_factor_at: sql<Date>`now()` }
      await stored(db.updateTable('page_session').set(proved).where('id_hash', '=', hashOf(id)).execute())
    },

    async setChallenge(id, challenge) {
      await stored(db.updateTable('page_session').set({ challenge }).where('id_hash', '=', hashOf(id)).execute())
    },

    async takeChallenge(id) {
      const { rows } = await stored(
        sql<{ challenge: string | null }>`
          with taken as (select challenge, id_hash from page_session where id_hash = ${hashOf(id)} for update)
          update page_session s set challenge = null from taken
          where s.id_hash = taken.id_hash returning taken.challenge`.execute(db),
      )
      return rows[0]?.challenge ?? undefined
    },

    async close(id) {
      await stored(db.deleteFrom('page_session').where('id_hash', '=', hashOf(id)).execute())
    },
  }
}

/** Whether the person typed the password, and proved to be there by a second factor, within the last five minutes. */
export function isFresh({ passwordAt, secondFactor }: PageSession, now = Date.now()): boolean {
  if (!secondFactor) return false
  return Math.min(passwordAt.getTime(), secondFactor.at.getTime()) > now - FRESH_MS
}

/** How the person proved to be there, as `amr` names it. */
export function methodsOf({ secondFactor }: PageSession): string[] {
  return ['pwd', ...(secondFactor ? [secondFactor.method, 'mfa'] : [])]
}

function hashOf(id: string): Buffer {
  return createHash('sha256').update(id).digest()
}
