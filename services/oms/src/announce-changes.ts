import type { BackgroundContext } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { HOLDS_URI, orderUris } from './uris.ts'

const EVERY_MS = 500
/** Transactions end within this time, so an entry of the history that is older is seen by now. */
const LOOK_BACK_S = 15
/** More entries than are written in that time. */
const LOOK_BACK_ROWS = 20_000

/**
 * Tells subscribers of what processes do to orders after the call that began them: follows the history, to which every
 * change adds. Every replica does so; a subscriber hears of a URI at most once a second all the same.
 *
 * @returns stops it and waits for the round under way
 */
export function announceChanges({ db, log, changed }: BackgroundContext<Tables>): () => Promise<void> {
  const told = new Map<number, number>()
  let running = Promise.resolve()
  let busy = false
  const round = async () => {
    for (const { id, order_id, number, type } of await recentEvents(db)) {
      if (told.has(id)) continue
      told.set(id, Date.now())
      changed(...orderUris({ id: order_id, number }))
      if (type.includes('hold')) changed(HOLDS_URI)
    }
    for (const [id, at] of told) if (Date.now() - at > 2_000 * LOOK_BACK_S) told.delete(id)
  }
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    running = round()
      .catch((error) => log.warn({ err: error }, 'changes of orders are announced later'))
      .finally(() => {
        busy = false
      })
  }, EVERY_MS)
  return () => {
    clearInterval(timer)
    return running
  }
}

interface RecentEvent {
  id: number
  order_id: string
  number: string
  type: string
}

async function recentEvents(db: Kysely<Tables>): Promise<RecentEvent[]> {
  const { rows } = await sql<RecentEvent>`
    select e.id, e.order_id, o.number, e.type from order_event e join orders o on o.id = e.order_id
    where e.id > (select max(id) from order_event) - ${LOOK_BACK_ROWS}
      and e.recorded_at > now() - make_interval(secs => ${LOOK_BACK_S}) order by e.id`.execute(db)
  return rows
}
