import { ConfigurationError } from '@backroom/configuration'
import { type Kysely, sql } from 'kysely'
import { recordEvent } from '../audit.ts'
import type { AuthTables } from '../database-tables.ts'
import { revokeWithin } from './grants.ts'

/** Somebody who is signed in to auth in a browser. */
export interface SessionSummary {
  uid: string
  /** app: by which apps are connected. page: at the pages of auth itself. */
  kind: 'app' | 'page'
  sub: string
  /** Email address; absent when the account is gone. */
  account?: string
  signedInAt: Date
  expiresAt: Date
  /** Grants that were given or used in it. */
  grants: number
}

const MAX_ROWS = 500

/** Sessions of people who are signed in, the newest first, at most 500. */
export async function listSessions(db: Kysely<AuthTables>, sub?: string): Promise<SessionSummary[]> {
  const { rows } = await sql<Omit<SessionSummary, 'account'> & { account: string | null }>`
    with opened as (
      select uid, 'app' as kind, payload->>'accountId' as sub, expires_at,
             to_timestamp((payload->>'loginTs')::float8) as signed_in_at,
             (select count(*)::int from jsonb_each(coalesce(payload->'authorizations', '{}'))) as grants
      from provider_record where model = 'Session' and payload ? 'accountId'
      union all
      select encode(id_hash, 'hex'), 'page', sub, expires_at, password_at, 0 from page_session)
    select uid, kind, o.sub, a.email as account, signed_in_at as "signedInAt", expires_at as "expiresAt", grants
    from opened o left join account a using (sub)
    where expires_at > now() and (${sub ?? null}::text is null or o.sub = ${sub ?? null})
    order by signed_in_at desc limit ${MAX_ROWS}`.execute(db)
  return rows.map(({ account, ...row }) => ({ ...row, ...(account ? { account } : {}) }))
}

/**
 * Signs a browser out and ends every grant of its session.
 *
 * @returns how many grants there were
 * @throws {ConfigurationError} when there is no such session
 */
export async function endSession(db: Kysely<AuthTables>, uid: string, by: string): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ sub: string | null; gids: string[] }>`
      delete from provider_record where model = 'Session' and uid = ${uid}
      returning payload->>'accountId' as sub, array(
        select value->>'grantId' from jsonb_each(coalesce(payload->'authorizations', '{}')) where value ? 'grantId') as gids`.execute(
      transaction,
    )
    const page = await sql<{ sub: string; gids: string[] }>`
      delete from page_session where encode(id_hash, 'hex') = ${uid} returning sub, '{}'::text[] as gids`.execute(
      transaction,
    )
    const [ended] = [...rows, ...page.rows]
    if (!ended) throw new ConfigurationError(`There is no session ${uid}.`)
    await revokeWithin(transaction, ended.gids)
    await recordEvent(transaction, {
      event: 'session_ended',
      sub: by,
      detail: { of: ended.sub, gids: ended.gids },
    })
    return ended.gids.length
  })
}
