import { dayOf, daysAfter } from '@backroom/calendar'
import type { BackgroundContext } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { quarantineExpired } from './expired-lots.ts'
import { PLAN_DAYS } from './reorder-plan.ts'
import { expireDue } from './reservation.ts'
import { reservationUris, stockUris } from './uris.ts'
import { refreshOldestSummary } from './warehouse-summary.ts'

const SWEEP_MS = 5_000
const COUNT_MS = 20_000
const CHORES_MS = 3_600_000
const PARTITIONS_AHEAD_DAYS = 90

/**
 * Work that time calls for: expires holds, keeps the counts of the warehouses fresh, and once an hour sets expired lots
 * apart, clears old plans and creates the ledger's next partitions. Several replicas may run it; each round is done by one of them.
 *
 * @returns stops it and waits for the round under way
 */
export function startHousekeeping({
  db,
  log,
  changed,
}: Pick<BackgroundContext<Tables>, 'db' | 'log' | 'changed'>): () => Promise<void> {
  const sweep = async () => {
    const expired = (await once(db, 'sweep', expireDue)) ?? []
    changed(...reservationUris(expired))
  }
  const setApart = async () => changed(...stockUris((await once(db, 'lots', quarantineExpired)) ?? []))
  const failed = (error: Error) => log.warn({ err: error }, 'housekeeping failed and will be tried again')
  const stops = [
    every(CHORES_MS, () => once(db, 'chores', doChores), failed),
    every(CHORES_MS, setApart, failed),
    every(COUNT_MS, () => once(db, 'count', refreshOldestSummary), failed),
    every(SWEEP_MS, sweep, failed),
  ]
  return async () => void (await Promise.all(stops.map((stop) => stop())))
}

async function doChores(db: Kysely<Tables>): Promise<void> {
  await sql`select ensure_movement_partitions(${dayOf()}, ${daysAfter(dayOf(), PARTITIONS_AHEAD_DAYS)})`.execute(db)
  await db
    .deleteFrom('reorder_plan')
    .where('expires_at', '<', new Date(Date.parse(daysAfter(dayOf(), -PLAN_DAYS))))
    .execute()
}

/** Runs the work in a transaction unless another replica is at it. */
function once<T>(db: Kysely<Tables>, name: string, work: (db: Kysely<Tables>) => Promise<T>): Promise<T | undefined> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ mine: boolean }>`
      select pg_try_advisory_xact_lock(hashtextextended(current_schema() || ${`|${name}`}, 0)) as mine`.execute(trx)
    return rows[0]?.mine ? work(trx) : undefined
  })
}

/** Repeats the work from now on, one round at a time; a round that fails is made up for by the next. */
function every(pauseMs: number, work: () => Promise<unknown>, failed: (error: Error) => void): () => Promise<void> {
  let stopped = false
  let wake = () => {}
  const loop = async () => {
    while (!stopped) {
      await work().catch(failed)
      if (stopped) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pauseMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
  const running = loop()
  return () => {
    stopped = true
    wake()
    return running
  }
}
