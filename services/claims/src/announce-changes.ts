import type { BackgroundContext } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { claimUri, DEADLINES_URI, recoveryUri } from './uris.ts'

const EVERY_MS = 500
/** Transactions end within this time, so an entry of the history that is older is seen by now. */
const LOOK_BACK_S = 15

/**
 * Tells subscribers what becomes of claims and recoveries, by tools, processes and schedules alike: follows the history, to
 * which every change adds. Every replica does so; a subscriber hears of a URI at most once a second all the same.
 *
 * @returns stops it and waits for the round under way
 */
export function announceChanges({ db, log, changed }: BackgroundContext<Tables>): () => Promise<void> {
  const told = new Map<string, number>()
  let running = Promise.resolve()
  let busy = false
  const round = async () => {
    for (const { key, uri } of await recentEvents(db)) {
      if (told.has(key)) continue
      told.set(key, Date.now())
      changed(uri, DEADLINES_URI)
    }
    for (const [key, at] of told) if (Date.now() - at > 2_000 * LOOK_BACK_S) told.delete(key)
  }
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    running = round()
      .catch((error) => log.warn({ err: error }, 'changes of claims are announced later'))
      .finally(() => {
        busy = false
      })
  }, EVERY_MS)
  return () => {
    clearInterval(timer)
    return running
  }
}

/** A change of a recovery is one of its claim as well, which shows it. */
async function recentEvents(db: Kysely<Tables>): Promise<{ key: string; uri: string }[]> {
  const { rows } = await sql<{ id: number; claim: string | null; recovery: string | null }>`
    select e.id, c.number as claim, null as recovery from claim_event e join claim c on c.id = e.claim_id
    where e.at > now() - make_interval(secs => ${LOOK_BACK_S})
    union all
    select e.id, c.number, r.id from recovery_event e
      join recovery r on r.id = e.recovery_id left join claim c on c.id = r.claim_id
    where e.at > now() - make_interval(secs => ${LOOK_BACK_S})`.execute(db)
  return rows.flatMap(({ id, claim, recovery }) => [
    ...(claim ? [{ key: `${recovery ? 'r' : 'c'}${id}c`, uri: claimUri(claim) }] : []),
    ...(recovery ? [{ key: `r${id}r`, uri: recoveryUri(recovery) }] : []),
  ])
}
