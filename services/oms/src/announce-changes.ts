import { type BackgroundContext, followHistory, type HistoryEntry, type Stop } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { HOLDS_URI, orderUris } from './uris.ts'

/** More entries than are written in the time looked back. */
const LOOK_BACK_ROWS = 20_000

/** Tells subscribers of what processes do to orders after the call that began them. */
export function announceChanges(context: BackgroundContext<Tables>): Stop {
  return followHistory(context, (seconds) => recentEvents(context.db, seconds))
}

async function recentEvents(db: Kysely<Tables>, seconds: number): Promise<HistoryEntry[]> {
  const { rows } = await sql<{ id: number; order_id: string; number: string; type: string }>`
    select e.id, e.order_id, o.number, e.type from order_event e join orders o on o.id = e.order_id
    where e.id > (select max(id) from order_event) - ${LOOK_BACK_ROWS}
      and e.recorded_at > now() - make_interval(secs => ${seconds}) order by e.id`.execute(db)
  return rows.map(({ id, order_id, number, type }) => ({
    key: id,
    uris: [...orderUris({ id: order_id, number }), ...(type.includes('hold') ? [HOLDS_URI] : [])],
  }))
}
