import { sweepLimits } from '@backroom/rate-limit'
import { type Kysely, sql } from 'kysely'
import type { AuthTables } from './database-tables.ts'

const BATCH = 5_000

/** Deletes what has expired, a batch at a time, and registered clients that nobody has used for 30 days. */
export async function sweep(db: Kysely<AuthTables>): Promise<void> {
  await sql`delete from provider_record where ctid = any(array(
    select ctid from provider_record where expires_at < now() limit ${BATCH}))`.execute(db)
  await sql`delete from token_deny where until < now()`.execute(db)
  await sql`delete from page_session where expires_at < now()`.execute(db)
  await sql`delete from sign_in_limit where resets_at < now() and (blocked_until is null or blocked_until < now())`.execute(
    db,
  )
  await sweepLimits(db)
  await forgetIdleClients(db, 30 * 86_400)
}

/** Deletes clients that registered themselves longer ago than this and hold no grant. */
export async function forgetIdleClients(db: Kysely<AuthTables>, idleSeconds: number): Promise<void> {
  await sql`
    with idle as (
      select ctid, payload->>'client_id' as id from provider_record client
      where model = 'Client' and not payload ? 'mcp_profile' and created_at < now() - make_interval(secs => ${idleSeconds})
        and not exists (
          select 1 from provider_record held
          where held.client_id = client.payload->>'client_id' and held.model in ('Grant', 'RefreshToken')
            and held.expires_at > now())
      order by created_at limit ${BATCH}),
    forgotten as (delete from provider_record where ctid = any(array(select ctid from idle)))
    delete from provider_record
    where model = 'RegistrationAccessToken' and client_id = any(array(select id from idle))`.execute(db)
}
