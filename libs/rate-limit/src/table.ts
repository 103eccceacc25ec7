import { type Kysely, sql } from 'kysely'

/** A connection to a schema that has the table `rate_limit`. */
// biome-ignore lint/suspicious/noExplicitAny: the table is in the schema of any server.
export type AnyDatabase = Kysely<any>

/** The window of one key, as all replicas see it. */
export interface Window {
  /** Permits taken in it, those of this call included. */
  used: number
  /** Milliseconds until it ends. */
  endsInMs: number
}

/** Takes permits out of the running window of a key, or begins a window with them. */
export async function takePermits(db: AnyDatabase, key: string, permits: number, windowMs: number): Promise<Window> {
  const { rows } = await sql<Window>`
    insert into rate_limit as held (key, used, ends_at)
    values (${key}, ${permits}, clock_timestamp() + make_interval(secs => ${windowMs / 1_000}))
    on conflict (key) do update set
      used = case when held.ends_at <= clock_timestamp() then excluded.used else held.used + excluded.used end,
      ends_at = case when held.ends_at <= clock_timestamp() then excluded.ends_at else held.ends_at end
    returning used, extract(epoch from ends_at - clock_timestamp())::float8 * 1000 as "endsInMs"`.execute(db)
  return rows[0] as Window
}

const SWEPT_AT_ONCE = 1_000

/** Deletes windows that have ended. */
export async function sweepLimits(db: AnyDatabase): Promise<void> {
  for (let swept = SWEPT_AT_ONCE; swept === SWEPT_AT_ONCE; ) {
    const { numAffectedRows } = await sql`
      delete from rate_limit
      where key in (select key from rate_limit where ends_at < now() limit ${SWEPT_AT_ONCE})`.execute(db)
    swept = Number(numAffectedRows)
  }
}
