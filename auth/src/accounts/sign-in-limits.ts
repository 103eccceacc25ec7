import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { AuthTables } from '../database-tables.ts'
import { stored } from '../storage-unavailable.ts'

const MINUTE = 60
const DAY = 86_400
const PER_ADDRESS_AND_LOGIN = 5
const PER_ADDRESS = 100
const FREE_FAILURES_PER_ACCOUNT = 5
const MAX_DELAY_SECONDS = 60
const KNOWN_ADDRESS_DAYS = 30

/** Who tries: network address and what was typed as email or username. */
export interface Attempt {
  address: string
  login: string
}

/** Either seconds to wait, or the leave to check this one attempt, which is counted where `counted` says. */
export type Leave = { wait: number } | { wait?: undefined; counted: Buffer[] }

/** Counts failed sign-ins in the database, so that every replica and every restart sees the same numbers. */
export interface SignInLimits {
  /** Counts the attempt before it is checked, so that guesses in parallel gain nothing. */
  begin(attempt: Attempt): Promise<Leave>
  succeeded(attempt: Attempt, counted: Buffer[]): Promise<void>
  failed(attempt: Attempt): Promise<void>
}

/** Five failures a minute for an address and a login, 100 a day for an address, growing delays for an account. */
export function createSignInLimits(db: Kysely<AuthTables>): SignInLimits {
  const count = async (key: Buffer, limit: number, windowSeconds: number): Promise<number | undefined> => {
    const resets = sql<Date>`now() + make_interval(secs => ${windowSeconds})`
    const row = await stored(
      db
        .insertInto('sign_in_limit')
        .values({ key, attempts: 1, resets_at: resets })
        .onConflict((conflict) =>
          conflict.column('key').doUpdateSet({
            attempts: sql`case when sign_in_limit.resets_at <= now() then 1 else sign_in_limit.attempts + 1 end`,
            resets_at: sql`case when sign_in_limit.resets_at <= now() then excluded.resets_at else sign_in_limit.resets_at end`,
          }),
        )
        .returning(['attempts', 'resets_at'])
        .executeTakeFirstOrThrow(),
    )
    return row.attempts > limit ? secondsUntil(row.resets_at) : undefined
  }

  const giveBack = (keys: Buffer[]) =>
    stored(
      db
        .updateTable('sign_in_limit')
        .set({ attempts: sql`greatest(attempts - 1, 0)` })
        .where(sql<boolean>`key = any(${keys})`)
        .execute(),
    )

  const find = (key: Buffer) =>
    stored(db.selectFrom('sign_in_limit').selectAll().where('key', '=', key).executeTakeFirst())

  const delayOf = async (attempt: Attempt): Promise<number | undefined> => {
    const { blocked_until: blockedUntil } = (await find(keyOf.account(attempt))) ?? {}
    return blockedUntil && blockedUntil.getTime() > Date.now() ? secondsUntil(blockedUntil) : undefined
  }

  const isKnown = async (attempt: Attempt): Promise<boolean> =>
    ((await find(keyOf.known(attempt)))?.resets_at.getTime() ?? 0) > Date.now()

  return {
    async begin(attempt) {
      const both = keyOf.addressAndLogin(attempt)
      const waitOfBoth = await count(both, PER_ADDRESS_AND_LOGIN, MINUTE)
      if (waitOfBoth) return { wait: waitOfBoth }
      // What strangers do never locks a person out of an address where that person has signed in before.
      if (await isKnown(attempt)) return { counted: [both] }
      const address = keyOf.address(attempt)
      const wait = (await delayOf(attempt)) ?? (await count(address, PER_ADDRESS, DAY))
      return wait ? { wait } : { counted: [both, address] }
    },

    async succeeded(attempt, counted) {
      await giveBack(counted)
      await stored(db.deleteFrom('sign_in_limit').where('key', '=', keyOf.account(attempt)).execute())
      await count(keyOf.known(attempt), Number.POSITIVE_INFINITY, KNOWN_ADDRESS_DAYS * DAY)
    },

    async failed(attempt) {
      const key = keyOf.account(attempt)
      await count(key, Number.POSITIVE_INFINITY, DAY)
      const growth = sql`2 ^ least(attempts - ${FREE_FAILURES_PER_ACCOUNT + 1}, 6)`
      await stored(
        db
          .updateTable('sign_in_limit')
          .set({ blocked_until: sql`now() + make_interval(secs => least(${growth}, ${MAX_DELAY_SECONDS}))` })
          .where('key', '=', key)
          .where('attempts', '>', FREE_FAILURES_PER_ACCOUNT)
          .execute(),
      )
    },
  }
}

const keyOf = {
  address: ({ address }: Attempt) => digest('address', address),
  addressAndLogin: ({ address, login }: Attempt) => digest('address and login', address, login),
  account: ({ login }: Attempt) => digest('account', login),
  known: ({ address, login }: Attempt) => digest('known', address, login),
}

function digest(...parts: string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest()
}

function secondsUntil(moment: Date): number {
  return Math.max(1, Math.ceil((moment.getTime() - Date.now()) / 1000))
}
