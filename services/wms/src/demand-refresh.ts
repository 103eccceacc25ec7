import { DAY_MS, type Day, dayOf, daysAfter } from '@backroom/calendar'
import type { Schedule, Steps } from '@backroom/workflows'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Tables } from './database-tables.ts'
import { demandThrough, LOOK_BACK_DAYS } from './demand.ts'

const ROWS_A_PAGE = 100

/** What the orders feed answers, as far as it is used. */
const Feed = z.object({
  items: z.array(z.object({ sku: z.string(), warehouse: z.string(), day: z.string(), qty: z.int() })),
  next_cursor: z.string().optional(),
})
type Demand = z.infer<typeof Feed>['items'][number]

/**
 * Reads the demand of days that have ended since the last time from the order process. While that is away, inventory works
 * with the days it knows, and says so.
 */
export const demandRefresh: Schedule<Tables> = {
  name: 'refresh_demand',
  cron: '*/10 * * * *',
  run: refreshDemand,
}

/** One reading; the days between are all known afterwards. */
export async function refreshDemand(steps: Pick<Steps<Tables>, 'transaction' | 'call'>): Promise<void> {
  const { known, last } = await steps.transaction('which days', async (db) => ({
    known: await demandThrough(db),
    last: daysAfter(dayOf(), -1),
  }))
  if (known >= last) return
  const from = [daysAfter(known, 1), daysAfter(last, 1 - LOOK_BACK_DAYS)].sort().at(-1) ?? last
  const days = (Date.parse(last) - Date.parse(from)) / DAY_MS + 2
  let cursor: string | undefined
  for (let page = 1; page === 1 || cursor !== undefined; page++) {
    const args = { group_by: ['sku', 'warehouse', 'day'], order_by: 'key', days, limit: ROWS_A_PAGE }
    const next = cursor === undefined ? {} : { cursor }
    const feed = Feed.parse(await steps.call(`page ${page}`, 'oms', 'get_demand', { ...args, ...next }))
    const rows = feed.items.filter(({ day }) => day >= from && day <= last)
    await steps.transaction(`store ${page}`, (db) => storeDemand(db, rows))
    cursor = feed.next_cursor
  }
  await steps.transaction('done', (db) => noteThrough(db, last))
}

/** What no warehouse serves, or no warehouse here keeps, is nobody's demand. */
async function storeDemand(db: Kysely<Tables>, rows: readonly Demand[]): Promise<void> {
  await sql`
    insert into demand_daily (sku, warehouse_id, day, ordered_qty)
    select d.sku, d.warehouse, d.day, greatest(d.qty, 0)
    from json_to_recordset(${JSON.stringify(rows)}::json) as d (sku text, warehouse text, day date, qty integer)
    join sku s on s.id = d.sku join warehouse w on w.id = d.warehouse
    on conflict (sku, warehouse_id, day) do update set ordered_qty = excluded.ordered_qty`.execute(db)
}

async function noteThrough(db: Kysely<Tables>, through: Day): Promise<void> {
  await sql`
    insert into demand_state (through) values (${through})
    on conflict (only_row) do update set through = excluded.through, refreshed_at = now()`.execute(db)
}
