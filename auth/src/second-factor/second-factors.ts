import type { Kysely } from 'kysely'
import { createSignInLimits } from '../accounts/sign-in-limits.ts'
import type { AuthTables } from '../database-tables.ts'
import type { SecondFactor } from '../page-session/page-sessions.ts'
import { MOUNT } from '../provider/create-provider.ts'
import { createOneTimeCodes, type OneTimeCodes } from './one-time-codes.ts'
import { createPasskeys, type Passkeys } from './passkeys.ts'

/** By what a person can prove to be there beside the password. */
export interface SecondFactors {
  codes: OneTimeCodes
  passkeys: Passkeys
  /** The ways that a person has set up. */
  of(sub: string): Promise<SecondFactor[]>
  /** Checks a typed code under the limits of sign-in; seconds to wait when there were too many. */
  tryCode(attempt: { sub: string; address: string; code: string }): Promise<'right' | 'wrong' | { wait: number }>
  /** The page that asks for it, on the way to another. */
  href(to: string): string
}

/** The second factors of the people of this installation. */
export function createSecondFactors(
  db: Kysely<AuthTables>,
  { pepper, publicUrl }: { pepper: string; publicUrl: string },
): SecondFactors {
  const codes = createOneTimeCodes(db, pepper)
  const passkeys = createPasskeys(db, publicUrl)
  const limits = createSignInLimits(db)
  return {
    codes,
    passkeys,

    async of(sub) {
      const [hasCodes, keys] = await Promise.all([codes.has(sub), passkeys.list(sub)])
      return [...(hasCodes ? ['otp' as const] : []), ...(keys.length > 0 ? ['hwk' as const] : [])]
    },

    async tryCode({ sub, address, code }) {
      const attempt = { address, login: `second factor of ${sub}` }
      const leave = await limits.begin(attempt)
      if (leave.wait !== undefined) return { wait: leave.wait }
      if (await codes.accept(sub, code)) {
        await limits.succeeded(attempt, leave.counted)
        return 'right'
      }
      await limits.failed(attempt)
      return 'wrong'
    },

    href: (to) => `${MOUNT}/second-factor?to=${encodeURIComponent(to)}`,
  }
}
