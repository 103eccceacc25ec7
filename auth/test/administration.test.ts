import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Kysely } from 'kysely'
import { lockAccount, unlockAccount } from '../src/accounts/administration.ts'
import {
  createClient,
  endSession,
  freezeClient,
  listClients,
  listGrants,
  listSessions,
  type NewClient,
  revokeClient,
  revokeGrant,
  staticClients,
  thawClient,
} from '../src/admin/index.ts'
import { SignInFailed, signInForToken } from '../src/commands/code-flow.ts'
import type { AuthTables } from '../src/database-tables.ts'
import { type AuthUnderTest, assertion, claimsOf, startAuth } from './auth-under-test.ts'

const REDIRECT = 'http://127.0.0.1/callback'

describe('administration', () => {
  let auth: AuthUnderTest
  let db: Kysely<AuthTables>
  before(async () => {
    auth = await startAuth()
    db = auth.database.connect<AuthTables>().db
  })
  after(() => auth.stop())

  const builtIn = staticClients({}, true)
  const create = (changes: Partial<NewClient> = {}) =>
    createClient(
      db,
      { name: 'Agent', profile: 'buyer', redirectUris: [REDIRECT], confidential: false, ...changes },
      'test',
    )
  const signIn = (account: string, domain: 'wms' | 'oms' | 'payments', clientId: string, scope?: string) =>
    signInForToken({
      ...{ publicUrl: auth.publicUrl, account, password: 'Demo123!', resource: auth.resource(domain), clientId },
      ...{ redirectUri: REDIRECT, ...(scope ? { scope } : {}) },
    })
  const refresh = (clientId: string, refresh_token = '') =>
    auth.form('/token', { grant_type: 'refresh_token', client_id: clientId, refresh_token })
  /** Whether payments would let a change by this token through. */
  const isLive = async (token: string) => {
    const { gid, sub, client_id, jti } = claimsOf(token) as Record<string, string>
    const query = new URLSearchParams({ sub: sub ?? '', client_id: client_id ?? '', jti: jti ?? '' })
    const proof = await assertion(auth.serviceKey, { sub: 'oms', aud: `${auth.issuer}/internal` })
    const answer = await fetch(`${auth.internalUrl}/internal/grants/${gid}?${query}`, {
      headers: { authorization: `Bearer ${proof}` },
    })
    return ((await answer.json()) as { live: boolean }).live
  }
  /** Whether a server that has the list of revocations turns this token away. */
  const isDenied = async (token: string) => {
    const proof = await assertion(auth.serviceKey, { sub: 'oms', aud: `${auth.issuer}/internal` })
    const answer = await fetch(`${auth.internalUrl}/internal/revocations?since=0`, {
      headers: { authorization: `Bearer ${proof}` },
    })
    const { entries } = (await answer.json()) as { entries: { kind: string; id: string; issued_before?: number }[] }
    const claims = claimsOf(token)
    return entries.some(
      ({ kind, id, issued_before = Number.POSITIVE_INFINITY }) =>
        claims[kind] === id && Number(claims.iat) <= issued_before,
    )
  }

  it('a client of a profile gets what profile and role have in common, and its tokens say which profile', async () => {
    const { clientId } = await create()
    const wide = 'wms:read wms:reorder wms:adjust wms:audit'
    const buyer = await signIn('buyer', 'wms', clientId, wide)
    assert.equal(buyer.scope, 'wms:read wms:reorder')
    assert.equal(claimsOf(buyer.access_token).profile, 'buyer')
    assert.equal((await signIn('warehouse', 'wms', clientId, wide)).scope, 'wms:read')
    const auditor = await signIn('auditor', 'oms', clientId)
    assert.equal(auditor.scope, 'oms:read')
    assert.equal(claimsOf(auditor.access_token).may, undefined, 'no step-up that the client may not have')
    await assert.rejects(signIn('finance', 'payments', clientId), SignInFailed)
  })

  it('a client may have a secret, which is told once and asked for from then on', async () => {
    const { clientId, secret = '' } = await create({ confidential: true })
    assert.ok(secret.length >= 40)
    await assert.rejects(signIn('buyer', 'wms', clientId), /client authentication failed|token endpoint refused/i)
  })

  it('answers of a client go to https or to the device alone', async () => {
    for (const uri of ['http://shop.example/callback', 'https://*.example/', 'https://a:b@example.com/'])
      await assert.rejects(create({ redirectUris: [uri] }), { name: 'InvalidClientMetadata' }, uri)
  })

  it('a frozen client gets nothing more and is turned away; thawed, it goes on with new tokens alone', async () => {
    const { clientId } = await create()
    const tokens = await signIn('buyer', 'wms', clientId)
    assert.equal(await isLive(tokens.access_token), true)
    await freezeClient(db, builtIn, { clientId, reason: 'seen elsewhere' }, 'test')
    assert.equal(await isLive(tokens.access_token), false, 'at once where every change is asked after')
    assert.equal(await isDenied(tokens.access_token), true)
    const refused = await refresh(clientId, tokens.refresh_token)
    assert.equal(((await refused.json()) as { error: string }).error, 'unauthorized_client')
    await assert.rejects(signIn('buyer', 'wms', clientId), SignInFailed)
    const [listed] = (await listClients(db, builtIn)).filter((client) => client.clientId === clientId)
    assert.equal(listed?.frozen?.reason, 'seen elsewhere')
    assert.equal(listed?.frozen?.by, 'test')
    assert.equal(listed?.origin, 'configured')
    await thawClient(db, clientId, 'test')
    assert.equal(await isDenied(tokens.access_token), true, 'what it had stays refused')
    await db
      .updateTable('token_deny')
      .set({ issued_before: new Date(Date.now() - 2_000) })
      .execute()
    const again = await signIn('buyer', 'wms', clientId)
    assert.equal(await isDenied(again.access_token), false)
    await assert.rejects(thawClient(db, clientId, 'test'), /not frozen/)
  })

  it('a frozen service gets no token either', async () => {
    const own = staticClients(auth.options.publicUrl ? { catshop: {} } : {}, true)
    await freezeClient(db, own, { clientId: 'catshop', reason: 'compromised' }, 'test')
    const ask = async () =>
      auth.form('/token', {
        grant_type: 'client_credentials',
        resource: auth.resource('wms'),
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertion(auth.serviceKey, { sub: 'catshop', aud: auth.issuer }),
      })
    assert.equal((await ask()).status, 400)
    await thawClient(db, 'catshop', 'test')
    assert.equal((await ask()).status, 200)
  })

  it('a revoked grant is over at once, and only that one', async () => {
    const { clientId } = await create()
    const [one, other] = [await signIn('buyer', 'wms', clientId), await signIn('warehouse', 'wms', clientId)]
    const [grant] = await listGrants(db, { clientId, sub: 'staff-buyer' })
    assert.ok(grant)
    assert.equal(grant.account, 'buyer@example.com')
    assert.deepEqual(grant.scopes, ['wms:read', 'wms:reorder'])
    await revokeGrant(db, grant.gid, 'test')
    assert.equal(await isLive(one.access_token), false)
    assert.equal(await isDenied(one.access_token), true)
    assert.equal((await refresh(clientId, one.refresh_token)).status, 400)
    assert.equal(await isLive(other.access_token), true)
    assert.equal(await isDenied(other.access_token), false)
    await assert.rejects(revokeGrant(db, grant.gid, 'test'), /no grant/)
  })

  it('a revoked client has to be allowed anew; a removed one to register anew', async () => {
    const { clientId } = await create()
    const [one, other] = [await signIn('buyer', 'wms', clientId), await signIn('warehouse', 'wms', clientId)]
    assert.equal(await revokeClient(db, builtIn, { clientId, remove: false }, 'test'), 2)
    for (const { access_token, refresh_token } of [one, other]) {
      assert.equal(await isDenied(access_token), true)
      assert.equal((await refresh(clientId, refresh_token)).status, 400)
    }
    await signIn('buyer', 'wms', clientId)
    await revokeClient(db, builtIn, { clientId, remove: true }, 'test')
    await assert.rejects(signIn('buyer', 'wms', clientId), SignInFailed)
    await assert.rejects(revokeClient(db, builtIn, { clientId: 'probe', remove: true }, 'test'), /Freeze it instead/)
    await assert.rejects(freezeClient(db, builtIn, { clientId: 'nobody', reason: 'x' }, 'test'), /no client nobody/)
  })

  it('a session that is ended takes its grants with it', async () => {
    const { clientId } = await create()
    const tokens = await signIn('buyer', 'wms', clientId)
    const sessions = await listSessions(db, 'staff-buyer')
    assert.ok(sessions.length > 0)
    for (const { uid, account } of sessions) {
      assert.equal(account, 'buyer@example.com')
      await endSession(db, uid, 'test')
    }
    assert.equal(await isLive(tokens.access_token), false)
    assert.deepEqual(await listSessions(db, 'staff-buyer'), [])
    await assert.rejects(endSession(db, 'nobody', 'test'), /no session/)
  })

  it('a person who was locked and unlocked goes on with new tokens alone', async () => {
    const before = await auth.token('driver', 'tms')
    await lockAccount(db, 'driver@example.com', 'test')
    assert.equal(await isLive(before.access_token), false)
    await unlockAccount(db, 'driver@example.com', 'test')
    await db
      .updateTable('token_deny')
      .set({ issued_before: new Date(Date.now() - 2_000) })
      .execute()
    assert.equal(await isDenied((await auth.token('driver', 'tms')).access_token), false)
  })

  it('every step stands in the audit trail with who took it', async () => {
    const rows = await db.selectFrom('audit').select(['event', 'sub']).where('sub', '=', 'test').execute()
    const events = new Set(rows.map(({ event }) => event))
    for (const event of ['client_created', 'client_frozen', 'client_thawed', 'client_removed', 'grant_revoked'])
      assert.ok(events.has(event), event)
    for (const event of ['session_ended', 'account_locked', 'account_unlocked']) assert.ok(events.has(event), event)
  })
})
