import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { createAccount, lockAccount } from '../src/accounts/administration.ts'
import type { AuthTables } from '../src/database-tables.ts'
import { createSigningKey } from '../src/keys.ts'
import { deny } from '../src/revocation/deny-list.ts'
import { type AuthUnderTest, assertion, claimsOf, startAuth } from './auth-under-test.ts'

interface List {
  entries: { seq: number; kind: string; id: string; until: number }[]
  next: number
}

describe('revocation', () => {
  let auth: AuthUnderTest
  before(async () => {
    auth = await startAuth()
  })
  after(() => auth.stop())

  const ask = async (since = 0, proof?: string) => {
    const audience = `${auth.issuer}/internal`
    const token = proof ?? (await assertion(auth.serviceKey, { sub: 'catshop', aud: audience }))
    return fetch(`${auth.internalUrl}/internal/revocations?since=${since}`, {
      headers: { authorization: `Bearer ${token}` },
    })
  }
  const list = async (since = 0) => (await (await ask(since)).json()) as List
  /** The entry for an id; it follows the answer of /revoke by a moment. */
  const entryOf = async (id: string) => {
    for (let tries = 0; tries < 100; tries++) {
      const entry = (await list()).entries.find((each) => each.id === id)
      if (entry) return entry
      await setTimeout(20)
    }
    return assert.fail(`${id} never came onto the list`)
  }

  it('a revoked refresh token ends the grant, and every server hears its gid', async () => {
    const tokens = await auth.token('demo1', 'catshop')
    const fields = { client_id: 'probe', token: tokens.refresh_token ?? '' }
    assert.equal((await auth.form('/revoke', fields)).status, 200)
    const refresh = { grant_type: 'refresh_token', client_id: 'probe', refresh_token: fields.token }
    assert.equal((await auth.form('/token', refresh)).status, 400)
    const entry = await entryOf(String(claimsOf(tokens.access_token).gid))
    assert.equal(entry.kind, 'gid')
    assert.ok(entry.until > Number(claimsOf(tokens.access_token).exp))
  })

  it('a poller that asks from where it stopped gets each entry once, in order, also while many are added', async () => {
    const { db } = auth.database.connect<AuthTables>()
    const ids = Array.from({ length: 24 }, (_, n) => `jti-${n}`)
    let { next } = await list()
    let areAdded = false
    const adding = Promise.all(ids.map((id) => deny(db, 'jti', id))).then(() => {
      areAdded = true
    })
    const seen: List['entries'] = []
    for (let isLast = false; !isLast; ) {
      isLast = areAdded
      const page = await list(next)
      seen.push(...page.entries)
      next = page.next
    }
    await adding
    assert.deepEqual(seen.map(({ id }) => id).sort(), ids.sort())
    assert.deepEqual(
      seen.map(({ seq }) => seq),
      seen.map(({ seq }) => seq).sort((a, b) => a - b),
    )
  })

  it('a locked person is refused everywhere, with what they hold and with their password', async () => {
    const { db } = auth.database.connect<AuthTables>()
    const { rows } = await auth.database
      .connect<AuthTables>()
      .pool.query('select password_hash from account where username = $1', ['ops'])
    const account = { email: 'ada@example.com', username: 'ada', role: 'buyer' as const }
    const sub = await createAccount(db, { ...account, password_hash: rows[0].password_hash }, 'test')
    const tokens = await auth.token('ada', 'wms')
    assert.equal(claimsOf(tokens.access_token).sub, sub)
    await lockAccount(db, account.email, 'test')
    const refresh = { grant_type: 'refresh_token', client_id: 'probe', refresh_token: tokens.refresh_token ?? '' }
    assert.equal((await auth.form('/token', refresh)).status, 400)
    await assert.rejects(auth.token('ada', 'wms'), /not right/)
    assert.ok((await list()).entries.some(({ kind, id }) => kind === 'sub' && id === sub))
  })

  it('only a service of this fleet may ask, with a fresh signature made for this purpose', async () => {
    const audience = `${auth.issuer}/internal`
    const stranger = await createSigningKey()
    const { access_token } = await auth.token('admin', 'oms')
    const refused = {
      'no proof': 'x',
      'an access token': access_token,
      'a stranger’s key': await assertion(stranger, { sub: 'catshop', aud: audience }),
      'an unknown service': await assertion(stranger, { sub: 'nobody', aud: audience }),
      'a name of the runtime': await assertion(stranger, { sub: '__proto__', aud: audience }),
      'another audience': await assertion(auth.serviceKey, { sub: 'catshop', aud: auth.issuer }),
      'another subject': await assertion(auth.serviceKey, { sub: 'wms', iss: 'catshop', aud: audience }),
      'a long life': await assertion(auth.serviceKey, { sub: 'catshop', aud: audience, lifetime: 600 }),
      'an expired one': await assertion(auth.serviceKey, { sub: 'catshop', aud: audience, lifetime: -60 }),
    }
    for (const [name, proof] of Object.entries(refused)) assert.equal((await ask(0, proof)).status, 401, name)
    assert.equal((await ask(-1)).status, 400)
    assert.equal((await fetch(`${auth.publicUrl}/internal/revocations`)).status, 404)
    assert.equal((await fetch(`${auth.publicUrl}/auth/internal/revocations`)).status, 404)
  })

  it('a service learns whom it acts for on standard input and output; nobody else does', async () => {
    const proof = await assertion(auth.serviceKey, { sub: 'catshop', aud: `${auth.issuer}/internal` })
    const find = (login: string, authorization = `Bearer ${proof}`) =>
      fetch(`${auth.internalUrl}/internal/accounts/${login}`, { headers: { authorization } })
    const found = await find('demo2@example.com')
    const customer = { sub: 'cust-002', username: 'demo2', role: 'customer', customer_id: 'cust-002' }
    assert.deepEqual(await found.json(), customer)
    assert.equal((await find('nobody')).status, 404)
    assert.equal((await find('demo2', 'Bearer x')).status, 401)
  })

  it('the audit log can be added to and read, never changed', async () => {
    const { pool } = auth.database.connect<AuthTables>()
    assert.ok((await pool.query('select 1 from audit')).rowCount)
    for (const statement of ['update audit set sub = null', 'delete from audit', 'truncate audit'])
      await assert.rejects(pool.query(statement), { code: '42501' })
  })
})
