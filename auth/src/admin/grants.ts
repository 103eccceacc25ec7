import { createHash } from 'node:crypto'
import { ConfigurationError } from '@backroom/configuration'
import { type Kysely, sql } from 'kysely'
import { recordEvent } from '../audit.ts'
import type { AuthTables } from '../database-tables.ts'
import { denyWithin } from '../revocation/deny-list.ts'

/** What a person allowed a client to do. */
export interface GrantSummary {
  gid: string
  sub: string
  /** Email address; absent when the account is gone. */
  account?: string
  clientId: string
  scopes: string[]
  grantedAt: Date
  expiresAt: Date
}

export interface GrantFilter {
  sub?: string | undefined
  clientId?: string | undefined
}

const MAX_ROWS = 500

/** Grants that stand, the newest first, at most 500. */
export async function listGrants(db: Kysely<AuthTables>, { sub, clientId }: GrantFilter = {}): Promise<GrantSummary[]> {
  const { rows } = await sql<Omit<GrantSummary, 'account' | 'scopes'> & { account: string | null; scopes: string }>`
    select g.payload->>'jti' as gid, g.payload->>'accountId' as sub, a.email as account, g.client_id as "clientId",
           coalesce((select string_agg(value, ' ') from jsonb_each_text(g.payload->'resources')), '') as scopes,
           g.created_at as "grantedAt", g.expires_at as "expiresAt"
    from provider_record g left join account a on a.sub = g.payload->>'accountId'
    where g.model = 'Grant' and g.expires_at > now() and g.payload ? 'jti'
      and (${sub ?? null}::text is null or g.payload->>'accountId' = ${sub ?? null})
      and (${clientId ?? null}::text is null or g.client_id = ${clientId ?? null})
    order by g.created_at desc limit ${MAX_ROWS}`.execute(db)
  return rows.map(({ account, scopes, ...row }) => ({
    ...row,
    ...(account ? { account } : {}),
    scopes: scopes.split(' ').filter(Boolean),
  }))
}

/**
 * Ends a grant: its refresh tokens are gone, and servers turn its living tokens away.
 *
 * @throws {ConfigurationError} when there is no such grant
 */
export async function revokeGrant(db: Kysely<AuthTables>, gid: string, by: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    if ((await revokeWithin(transaction, [gid])) === 0) throw new ConfigurationError(`There is no grant ${gid}.`)
    await recordEvent(transaction, { event: 'grant_revoked', sub: by, detail: { gids: [gid] } })
  })
}

/** {@link revokeGrant} for several, as a part of something larger; returns how many records went. */
export async function revokeWithin(transaction: Kysely<AuthTables>, gids: readonly string[]): Promise<number> {
  if (gids.length === 0) return 0
  const hashes = gids.map((gid) => createHash('sha256').update(gid).digest())
  const { numAffectedRows } = await sql`
    delete from provider_record
    where grant_id = any(${gids}::text[]) or (model = 'Grant' and id_hash = any(${hashes}::bytea[]))`.execute(
    transaction,
  )
  await denyWithin(transaction, 'gid', gids)
  return Number(numAffectedRows ?? 0)
}

/** What a token says about where it came from. */
export interface TokenOrigin {
  gid: string
  sub: string
  /** Absent for a service that acts for the person. */
  clientId?: string | undefined
  jti?: string | undefined
}

/** Whether all that a token came from still stands at this moment: grant, account, client, and the token itself. */
export async function isLive(db: Kysely<AuthTables>, { gid, sub, clientId, jti }: TokenOrigin): Promise<boolean> {
  const { rows } = await sql`
    select 1 from provider_record g join account a on a.sub = g.payload->>'accountId' and a.locked_at is null
    where g.model = 'Grant' and g.id_hash = ${createHash('sha256').update(gid).digest()} and g.expires_at > now()
      and a.sub = ${sub} and (${clientId ?? null}::text is null or g.client_id = ${clientId ?? null})
      and not exists (select from frozen_client f where f.client_id = g.client_id)
      and not exists (
        select from token_deny d
        where d.until > now() and (d.kind = 'gid' and d.id = ${gid} or d.kind = 'jti' and d.id = ${jti ?? ''}))`.execute(
    db,
  )
  return rows.length > 0
}
