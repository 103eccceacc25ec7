import { type BackgroundContext, followHistory, type HistoryEntry, type Stop } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { claimUri, DEADLINES_URI, recoveryUri } from './uris.ts'

/** Tells subscribers what becomes of claims and recoveries. */
export function announceChanges(context: BackgroundContext<Tables>): Stop {
  return followHistory(context, (seconds) => recentEvents(context.db, seconds))
}

/** A change of a recovery is one of its claim as well, which shows it. */
async function recentEvents(db: Kysely<Tables>, seconds: number): Promise<HistoryEntry[]> {
  const { rows } = await sql<{ id: number; claim: string | null; recovery: string | null }>`
    select e.id, c.number as claim, null as recovery from claim_event e join claim c on c.id = e.claim_id
    where e.at > now() - make_interval(secs => ${seconds})
    union all
    select e.id, c.number, r.id from recovery_event e
      join recovery r on r.id = e.recovery_id left join claim c on c.id = r.claim_id
    where e.at > now() - make_interval(secs => ${seconds})`.execute(db)
  return rows.map(({ id, claim, recovery }) => ({
    key: `${recovery ? 'recovery' : 'claim'} ${id}`,
    uris: [...(claim ? [claimUri(claim)] : []), ...(recovery ? [recoveryUri(recovery)] : []), DEADLINES_URI],
  }))
}
