import { type Kysely, sql } from 'kysely'
import type { AuthTables } from '../database-tables.ts'
import { stored } from '../storage-unavailable.ts'

/** What servers refuse although it has not expired. `until` is in epoch seconds. */
export interface DenyEntry {
  seq: number
  kind: 'gid' | 'jti' | 'sub' | 'client_id'
  id: string
  until: number
}

/** Outlives the longest access token (an hour, from the demo login) and clocks that differ. */
const LIFETIME_SECONDS = 3600 + 300
const PAGE = 1000

/** Refuses every token of a grant, person or client from now on. */
export async function deny(db: Kysely<AuthTables>, kind: DenyEntry['kind'], id: string): Promise<void> {
  const until = new Date(Date.now() + LIFETIME_SECONDS * 1000)
  await stored(
    db.transaction().execute(async (transaction) => {
      // Numbers must become visible in order, or a poller would step over one that commits later.
      await sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || '.token_deny', 0))`.execute(
        transaction,
      )
      await transaction.insertInto('token_deny').values({ kind, id, until }).execute()
    }),
  )
}

/** Whether servers refuse a token with these claims. */
export async function isDenied(db: Kysely<AuthTables>, claims: Record<DenyEntry['kind'], string>): Promise<boolean> {
  const kinds = Object.keys(claims)
  const { rows } = await stored(
    sql`
      select 1 from token_deny
      join unnest(${kinds}::text[], ${Object.values(claims)}::text[]) as claim (kind, id) using (kind, id)
      where until > now() limit 1`.execute(db),
  )
  return rows.length > 0
}

/** Living entries after `since`, oldest first, at most 1000; ask again from `next`. */
export async function deniedSince(
  db: Kysely<AuthTables>,
  since: number,
): Promise<{ entries: DenyEntry[]; next: number }> {
  const rows = await stored(
    db
      .selectFrom('token_deny')
      .selectAll()
      .where('seq', '>', since)
      .where('until', '>', sql<Date>`now()`)
      .orderBy('seq')
      .limit(PAGE)
      .execute(),
  )
  const entries = rows.map((row) => ({ ...row, until: Math.ceil(row.until.getTime() / 1000) }))
  return { entries, next: entries.at(-1)?.seq ?? since }
}
