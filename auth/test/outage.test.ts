import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { createSigningKey, readAuthKeys, writeAuthKeys } from '../src/keys.ts'
import { type AuthUnderTest, startAuth } from './auth-under-test.ts'

const within = async (seconds: number, condition: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + seconds * 1000
  while (!(await condition())) {
    if (Date.now() > end) assert.fail(`not within ${seconds} s`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('auth without its database', () => {
  let auth: AuthUnderTest
  let server: pg.Client
  before(async () => {
    auth = await startAuth()
    const url = new URL(auth.database.ownerUrl)
    const name = url.pathname.slice(1)
    url.pathname = '/postgres'
    server = new pg.Client({ connectionString: url.href })
    await server.connect()
    await server.query(`alter database ${name} allow_connections false`)
    await server.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
  })
  after(async () => {
    await server.end()
    await auth.stop()
  })

  it('answers 503 and when to come back, keeps publishing its keys, and recovers by itself', async () => {
    const refresh = { grant_type: 'refresh_token', client_id: 'probe', refresh_token: 'x' }
    const token = await auth.form('/token', refresh)
    assert.equal(token.status, 503)
    assert.ok(Number(token.headers.get('retry-after')) > 0)
    assert.equal(((await token.json()) as { error: string }).error, 'temporarily_unavailable')
    const query = new URLSearchParams({ client_id: 'registered-once', response_type: 'code' })
    const page = await fetch(`${auth.issuer}/authorize?${query}`, { headers: { accept: 'text/html' } })
    assert.equal(page.status, 503)
    assert.match(await page.text(), /Our database does not answer/)
    assert.equal((await fetch(`${auth.publicUrl}/ready`)).status, 503)
    assert.equal((await fetch(`${auth.publicUrl}/health`)).status, 200)
    assert.equal((await fetch(`${auth.issuer}/jwks`)).status, 200)

    await server.query(`alter database ${new URL(auth.database.ownerUrl).pathname.slice(1)} allow_connections true`)
    await within(5, async () => (await fetch(`${auth.publicUrl}/ready`)).ok)
    assert.equal((await auth.form('/token', refresh)).status, 400)
    await auth.token('demo1', 'catshop')
  })
})

describe('key rotation', () => {
  let auth: AuthUnderTest
  before(async () => {
    auth = await startAuth()
  })
  after(() => auth.stop())

  it('add, promote, retire: the file is followed, and no sign-in fails meanwhile', async () => {
    const kids = async () => {
      const { keys } = (await (await fetch(`${auth.issuer}/jwks`)).json()) as { keys: { kid: string; d?: string }[] }
      assert.ok(keys.every((key) => key.d === undefined))
      return keys.map(({ kid }) => kid)
    }
    const signer = async () => {
      const { access_token } = await auth.token('demo1', 'catshop')
      return JSON.parse(Buffer.from(access_token.split('.')[0] ?? '', 'base64url').toString()).kid as string
    }
    const keys = readAuthKeys(auth.authKeysFile)
    const [old] = keys.signing
    const fresh = await createSigningKey()
    assert.ok(old)
    assert.equal(await signer(), old.kid)

    await writeAuthKeys(auth.authKeysFile, { ...keys, signing: [old, fresh], cookies: [...keys.cookies, 'new secret'] })
    await within(5, async () => (await kids()).length === 2)
    assert.equal(await signer(), old.kid)

    await writeAuthKeys(auth.authKeysFile, { ...keys, signing: [fresh, old], cookies: ['new secret', ...keys.cookies] })
    await within(5, async () => (await signer()) === fresh.kid)
    assert.deepEqual((await kids()).sort(), [old.kid, fresh.kid].sort())

    await writeAuthKeys(auth.authKeysFile, { ...keys, signing: [fresh], cookies: ['new secret'] })
    await within(5, async () => (await kids()).length === 1)
    assert.equal(await signer(), fresh.kid)
  })
})
