import { type Kysely, sql } from 'kysely'
import type { AuthTables } from '../database-tables.ts'
import { stored } from '../storage-unavailable.ts'

/** What servers refuse although it has not expired. Times are in epoch seconds. */
export interface DenyEntry {
  seq: number
  kind: 'gid' | 'jti' | 'sub' | 'client_id'
  id: string
  until: number
  /** Tokens that were issued later are good; absent: none is. */
  issued_before?: number
}

/** Outlives the longest access token (an hour, from the demo login) and clocks that differ. */
const LIFETIME_SECONDS = 3600 + 300
/** A token that was being issued at that moment, or by a clock that is ahead, is refused as well. */
const MARGIN_SECONDS = 5
const PAGE = 1000

/** Grants and tokens are withdrawn for good; people and clients may come back. */
const comesBack = new Set<DenyEntry['kind']>(['sub', 'client_id'])

/** Refuses every token of a grant, person or client from now on; of a person or client, those that exist now. */
export async function deny(db: Kysely<AuthTables>, kind: DenyEntry['kind'], id: string): Promise<void> {
  await stored(db.transaction().execute((transaction) => denyWithin(transaction, kind, [id])))
}

/** {@link deny} as a part of something larger. */
export async function denyWithin(
  transaction: Kysely<AuthTables>,
  kind: DenyEntry['kind'],
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return
  // Numbers must become visible in order, or a poller would step over one that commits later.
  await sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || '.token_deny', 0))`.execute(transaction)
  const after = (seconds: number) => new Date(Date.now() + seconds * 1000)
  const entry = {
    kind,
    until: after(LIFETIME_SECONDS),
    issued_before: comesBack.has(kind) ? after(MARGIN_SECONDS) : null,
  }
  await transaction
    .insertInto('token_deny')
    .values(ids.map((id) => ({ id, ...entry })))
    .execute()
}

/** Whether servers refuse a token with these claims, issued at `iat` (epoch seconds). */
export async function isDenied(
  db: Kysely<AuthTables>,
  claims: Partial<Record<DenyEntry['kind'], string>>,
  iat: number,
): Promise<boolean> {
  const kinds = Object.keys(claims)
  const { rows } = await stored(
    sql`
      select 1 from token_deny
      join unnest(${kinds}::text[], ${Object.values(claims)}::text[]) as claim (kind, id) using (kind, id)
      where until > now() and (issued_before is null or issued_before >= to_timestamp(${iat}::float8))
      limit 1`.execute(db),
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
  const entries = rows.map(({ until, issued_before, ...row }) => ({
    ...row,
    until: epoch(until),
    ...(issued_before ? { issued_before: epoch(issued_before) } : {}),
  }))
  return { entries, next: entries.at(-1)?.seq ?? since }
}

function epoch(moment: Date): number {
  return Math.ceil(moment.getTime() / 1000)
}
