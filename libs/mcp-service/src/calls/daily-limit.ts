import { clientProfiles, type ScopeName } from '@backroom/access'
import { sql } from 'kysely'
import type { AnyDatabase } from '../any-database.ts'
import type { Caller } from '../caller.ts'
import type { Tool } from '../define.ts'
import { BusinessError } from '../errors.ts'

const KEPT_DAYS = 30

/**
 * Counts an effect against what the profile of its client allows in a day, in the transaction of the effect: two calls at
 * once never both take the last one, and what is rolled back does not count.
 *
 * @throws {BusinessError} limit_exceeded
 */
export async function countAgainstProfile(db: AnyDatabase, { profile, clientId }: Caller, tool: Tool): Promise<void> {
  const limit = profile && clientProfiles[profile].perDay[tool.scope as ScopeName]
  if (limit === undefined) return
  const { rows } = await sql`
    insert into client_usage (client_id, scope, day, count)
    values (${clientId}, ${tool.scope}, (now() at time zone 'utc')::date, 1)
    on conflict (client_id, scope, day) do update set count = client_usage.count + 1 where client_usage.count < ${limit}
    returning count`.execute(db)
  if (rows.length > 0) return
  throw new BusinessError(
    'limit_exceeded',
    `The client ${clientId} may use ${tool.scope} ${limit} times a day, and has. Nothing was done.`,
    {
      details: { client_id: clientId, profile, scope: tool.scope, per_day: limit },
      nextActions: [{ hint: 'Wait for the next day (UTC), or have somebody do it through another client.' }],
    },
  )
}

/** Forgets the counts of days long gone. */
export async function sweepUsage(db: AnyDatabase): Promise<void> {
  await sql`delete from client_usage where day < (now() at time zone 'utc')::date - ${KEPT_DAYS}::int`.execute(db)
}
