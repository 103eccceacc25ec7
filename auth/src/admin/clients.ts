import { createHash, randomBytes } from 'node:crypto'
import type { ProfileName } from '@backroom/access'
import { ConfigurationError } from '@backroom/configuration'
import { type Kysely, sql } from 'kysely'
import type { ClientMetadata } from 'oidc-provider'
import { recordEvent } from '../audit.ts'
import type { AuthTables } from '../database-tables.ts'
import { createSecret } from '../keys.ts'
import { createAdapter } from '../provider/adapter.ts'
import { checkRedirect } from '../provider/untrusted-client.ts'
import { denyWithin } from '../revocation/deny-list.ts'
import { revokeWithin } from './grants.ts'

/** Who administers: the subject of an account, or the operator at the command line. */
export type Administrator = string

/** A client as an administrator sees it. */
export interface ClientSummary {
  clientId: string
  name: string
  /**
   * service: of this fleet. built_in: comes with auth. configured: set up by an administrator. registered: by itself.
   * document: describes itself at its id.
   */
  origin: 'service' | 'built_in' | 'configured' | 'registered' | 'document'
  profile?: ProfileName
  /** Grants that people have given it and that still stand. */
  grants: number
  lastUsedAt?: Date
  frozen?: { reason: string; by: Administrator; at: Date }
}

interface Found {
  client_id: string
  name: string | null
  is_registered: boolean
  profile: ProfileName | null
  grants: number
  last_used_at: Date | null
  reason: string | null
  frozen_by: string | null
  frozen_at: Date | null
}

/** Every client that is configured, registered, frozen, or holds a grant. `builtIn`: those that come with this installation. */
export async function listClients(
  db: Kysely<AuthTables>,
  builtIn: readonly ClientMetadata[],
): Promise<ClientSummary[]> {
  const { rows } = await sql<Found>`
    with registered as (
      select payload->>'client_id' as client_id, payload->>'client_name' as name, payload->>'mcp_profile' as profile
      from provider_record where model = 'Client'),
    used as (
      select client_id, count(*) filter (where model = 'Grant' and expires_at > now())::int as grants,
             max(created_at) as last_used_at
      from provider_record where client_id is not null group by client_id)
    select client_id, r.name, r.client_id is not null as is_registered, r.profile, coalesce(u.grants, 0) as grants,
           u.last_used_at, f.reason, f.frozen_by, f.frozen_at
    from registered r full join used u using (client_id) full join frozen_client f using (client_id)
    order by u.last_used_at desc nulls last, client_id`.execute(db)
  const known = new Set(rows.map(({ client_id }) => client_id))
  const unused = builtIn.filter(({ client_id }) => !known.has(client_id))
  return [...rows.map((row) => summaryOf(row, builtIn)), ...unused.map(unusedSummary)]
}

/** A client that an administrator sets up. */
export interface NewClient {
  name: string
  profile: ProfileName
  /** Where answers may be sent: https, or http on a loopback host. */
  redirectUris: readonly string[]
  /** With a secret, for a client that can keep one; otherwise public, with PKCE alone. */
  confidential: boolean
}

/**
 * Sets up a client of a profile. The secret is told once, here.
 *
 * @throws {errors.InvalidClientMetadata} when answers may not be sent to one of the addresses
 */
export async function createClient(
  db: Kysely<AuthTables>,
  { name, profile, redirectUris, confidential }: NewClient,
  by: Administrator,
): Promise<{ clientId: string; secret?: string }> {
  for (const uri of redirectUris) checkRedirect(uri)
  const clientId = `${profile}-${randomBytes(6).toString('hex')}`
  const secret = confidential ? createSecret() : undefined
  const onDevice = redirectUris.every((uri) => uri.startsWith('http:'))
  const metadata: ClientMetadata = {
    client_id: clientId,
    client_name: name,
    redirect_uris: [...redirectUris],
    application_type: onDevice ? 'native' : 'web',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: secret ? 'client_secret_basic' : 'none',
    ...(secret ? { client_secret: secret, client_secret_expires_at: 0 } : {}),
    mcp_profile: profile,
  }
  await db.transaction().execute(async (transaction) => {
    await createAdapter(transaction, 'Client', () => undefined).upsert(clientId, metadata, 0)
    await recordEvent(transaction, {
      event: 'client_created',
      sub: by,
      clientId,
      detail: { name, profile, redirectUris },
    })
  })
  return { clientId, ...(secret ? { secret } : {}) }
}

/**
 * Freezes a client: auth gives it nothing more, and servers turn its living tokens away. What people granted it stays, for
 * the day it is thawed.
 *
 * @throws {ConfigurationError} when there is no such client
 */
export async function freezeClient(
  db: Kysely<AuthTables>,
  builtIn: readonly ClientMetadata[],
  { clientId, reason }: { clientId: string; reason: string },
  by: Administrator,
): Promise<void> {
  await requireClient(db, builtIn, clientId)
  await db.transaction().execute(async (transaction) => {
    const frozen = await transaction
      .insertInto('frozen_client')
      .values({ client_id: clientId, reason, frozen_by: by })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (!frozen.numInsertedOrUpdatedRows) return
    await denyWithin(transaction, 'client_id', [clientId])
    await recordEvent(transaction, { event: 'client_frozen', sub: by, clientId, detail: { reason } })
  })
}

/** Lets a client go on: it gets tokens again at once; those from before the freeze stay refused. */
export async function thawClient(db: Kysely<AuthTables>, clientId: string, by: Administrator): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const thawed = await transaction.deleteFrom('frozen_client').where('client_id', '=', clientId).executeTakeFirst()
    if (!thawed.numDeletedRows) throw new ConfigurationError(`The client ${clientId} is not frozen.`)
    await recordEvent(transaction, { event: 'client_thawed', sub: by, clientId })
  })
}

/**
 * Ends everything that people have granted to a client; with `remove` also its registration, so that it has to register
 * anew.
 *
 * @returns how many grants there were
 * @throws {ConfigurationError} when there is no such client, or it cannot be removed
 */
export async function revokeClient(
  db: Kysely<AuthTables>,
  builtIn: readonly ClientMetadata[],
  { clientId, remove }: { clientId: string; remove: boolean },
  by: Administrator,
): Promise<number> {
  const isRegistered = await requireClient(db, builtIn, clientId)
  if (remove && !isRegistered)
    throw new ConfigurationError(`The client ${clientId} has no registration that could be removed. Freeze it instead.`)
  return db.transaction().execute(async (transaction) => {
    const grants = await transaction
      .selectFrom('provider_record')
      .select(sql<string>`coalesce(grant_id, payload->>'jti')`.as('gid'))
      .distinct()
      .where('client_id', '=', clientId)
      .where((where) => where.or([where('grant_id', 'is not', null), where('model', '=', 'Grant')]))
      .execute()
    const gids = grants.map(({ gid }) => gid).filter(Boolean)
    await revokeWithin(transaction, gids)
    await denyWithin(transaction, 'client_id', [clientId])
    if (remove) await forget(transaction, clientId)
    const event = remove ? 'client_removed' : 'grant_revoked'
    await recordEvent(transaction, { event, sub: by, clientId, detail: { gids } })
    return gids.length
  })
}

/** Whether a client is frozen at this moment. */
export async function isFrozen(db: Kysely<AuthTables>, clientId: string): Promise<boolean> {
  const found = await db.selectFrom('frozen_client').select('client_id').where('client_id', '=', clientId).execute()
  return found.length > 0
}

async function forget(db: Kysely<AuthTables>, clientId: string): Promise<void> {
  const idHash = createHash('sha256').update(clientId).digest()
  await db.deleteFrom('provider_record').where('model', '=', 'Client').where('id_hash', '=', idHash).execute()
  await db.deleteFrom('provider_record').where('client_id', '=', clientId).execute()
}

/** Whether it has a registration. */
async function requireClient(
  db: Kysely<AuthTables>,
  builtIn: readonly ClientMetadata[],
  clientId: string,
): Promise<boolean> {
  const clients = await listClients(db, builtIn)
  const found = clients.find((client) => client.clientId === clientId)
  if (!found)
    throw new ConfigurationError(`There is no client ${clientId}. List them: npm run -s admin -- clients list`)
  return found.origin === 'registered' || found.origin === 'configured'
}

function summaryOf(row: Found, builtIn: readonly ClientMetadata[]): ClientSummary {
  const own = builtIn.find(({ client_id }) => client_id === row.client_id)
  const profile = row.profile ?? (own?.mcp_profile as ProfileName | undefined)
  return {
    clientId: row.client_id,
    name: own?.client_name ?? row.name ?? URL.parse(row.client_id)?.host ?? row.client_id,
    origin: own ? originOf(own) : row.profile ? 'configured' : row.is_registered ? 'registered' : 'document',
    grants: row.grants,
    ...(profile ? { profile } : {}),
    ...(row.last_used_at ? { lastUsedAt: row.last_used_at } : {}),
    ...(row.frozen_at ? { frozen: { reason: row.reason ?? '', by: row.frozen_by ?? '', at: row.frozen_at } } : {}),
  }
}

function unusedSummary(client: ClientMetadata): ClientSummary {
  const profile = client.mcp_profile as ProfileName | undefined
  return {
    clientId: client.client_id,
    name: client.client_name ?? client.client_id,
    origin: originOf(client),
    grants: 0,
    ...(profile ? { profile } : {}),
  }
}

function originOf({ grant_types }: ClientMetadata): 'service' | 'built_in' {
  return grant_types?.includes('client_credentials') ? 'service' : 'built_in'
}
