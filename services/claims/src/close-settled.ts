import type { Schedule } from '@backroom/workflows'
import { type Kysely, sql } from 'kysely'
import { lockClaim } from './claim.ts'
import { setStatus } from './claim-status.ts'
import type { Tables } from './database-tables.ts'

/** Time in which somebody may still look at a settled claim. */
const QUIET_DAYS = 14
const BATCH = 500

/** Every night: closes claims that were settled a while ago and for which nothing is recovered any more. */
export const closeSettled: Schedule<Tables> = {
  name: 'close_settled',
  cron: '0 15 3 * * *',
  async run(steps) {
    await steps.transaction('close', closeQuiet)
  },
}

/** Closes what has been quiet for long enough. @returns how many */
export async function closeQuiet(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ number: string }>`
    select number from claim
    where status = 'settled' and settled_at < now() - make_interval(days => ${QUIET_DAYS})
      and not exists (select from recovery where claim_id = claim.id and ended_at is null)
    order by settled_at limit ${BATCH}`.execute(db)
  for (const { number } of rows) {
    const claim = await lockClaim(db, number)
    if (claim.status === 'settled') await setStatus(db, claim, 'closed', { type: 'claim.closed', actor: 'claims' })
  }
  return rows.length
}
