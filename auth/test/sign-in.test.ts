import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import pg from 'pg'
import { createSignInLimits } from '../src/accounts/sign-in-limits.ts'
import type { AuthTables } from '../src/database-tables.ts'
import { openApp } from './app-session.ts'
import { type AuthUnderTest, startAuth } from './auth-under-test.ts'

describe('sign-in', () => {
  let auth: AuthUnderTest
  let owner: pg.Client
  before(async () => {
    auth = await startAuth()
    owner = new pg.Client({ connectionString: auth.database.ownerUrl })
    await owner.connect()
  })
  beforeEach(() => owner.query('delete from auth.sign_in_limit'))
  after(async () => {
    await owner.end()
    await auth.stop()
  })

  it('an unknown account and a wrong password get the same page', async () => {
    const pages = []
    for (const login of ['ops@example.com', 'nobody@example.com']) {
      const app = await openApp(auth)
      const page = await app.submit(await app.open(), { login, password: 'not this one' })
      assert.ok(page.kind === 'page')
      assert.equal(page.status, 401)
      pages.push(page.html.replace(`value="${login}"`, '').replace(/interaction\/[\w-]+/g, ''))
    }
    assert.equal(pages[0], pages[1])
  })

  it('email and username both work, in any case and with blanks around', async () => {
    for (const login of ['OPS@Example.com', ' ops ']) {
      const app = await openApp(auth)
      const page = await app.submit(await app.open(), { login })
      assert.ok(page.kind === 'page')
      assert.match(page.title, /Allow access/)
    }
  })

  it('guessing stops after five failures a minute, also in parallel, and even the right password has to wait', async () => {
    const apps = await Promise.all(Array.from({ length: 12 }, () => openApp(auth)))
    const pages = await Promise.all(apps.map(async (app) => app.submit(await app.open(), { password: 'guess' })))
    const statuses = pages.map((page) => (page.kind === 'page' ? page.status : 0))
    assert.equal(statuses.filter((status) => status === 401).length, 5)
    assert.equal(statuses.filter((status) => status === 429).length, 7)
    const app = await openApp(auth)
    const page = await app.submit(await app.open())
    assert.ok(page.kind === 'page')
    assert.equal(page.status, 429)
    assert.match(page.alert, /Too many attempts\. Try again in \d+ seconds?\./)
  })

  it('people who sign in with the right password are never limited', async () => {
    for (let time = 0; time < 7; time++) await auth.token('demo2', 'catshop')
  })

  it('failures from everywhere delay an account for a minute at most, and not where its owner is known', async () => {
    const { db } = auth.database.connect<AuthTables>()
    const limits = createSignInLimits(db)
    const login = 'demo4@example.com'
    await limits.succeeded({ address: '192.0.2.1', login }, [])
    for (let n = 0; n < 30; n++) {
      await limits.begin({ address: `198.51.100.${n}`, login })
      await limits.failed({ address: `198.51.100.${n}`, login })
    }
    const { wait } = await limits.begin({ address: '203.0.113.1', login })
    assert.ok(wait && wait > 30 && wait <= 60, `${wait} s`)
    assert.equal((await limits.begin({ address: '192.0.2.1', login })).wait, undefined)
  })

  it('an address has a hundred failures a day for all accounts together, and its known people still get in', async () => {
    const { db } = auth.database.connect<AuthTables>()
    const limits = createSignInLimits(db)
    const address = '192.0.2.2'
    await limits.succeeded({ address, login: 'known' }, [])
    const leaves = []
    for (let n = 0; n < 101; n++) leaves.push(await limits.begin({ address, login: `guess${n}` }))
    assert.equal(leaves.filter(({ wait }) => wait === undefined).length, 100)
    assert.equal((await limits.begin({ address, login: 'known' })).wait, undefined)
  })

  it('a form sent by another site is refused', async () => {
    const app = await openApp(auth)
    const page = await app.open()
    assert.ok(page.kind === 'page')
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]) {
      const answer = await fetch(`${page.url}/login`, {
        method: 'POST',
        headers,
        body: new URLSearchParams({ login: 'ops' }),
      })
      assert.equal(answer.status, 403, JSON.stringify(headers))
    }
  })

  it('the page of one browser is of no use in another', async () => {
    const page = await (await openApp(auth)).open()
    assert.ok(page.kind === 'page')
    const elsewhere = await fetch(page.url)
    assert.equal(elsewhere.status, 400)
    assert.match(await elsewhere.text(), /This sign-in has expired/)
  })

  it('pages may not be framed, cached, scripted, or sent anywhere but back to the app', async () => {
    const page = await (await openApp(auth)).open()
    assert.ok(page.kind === 'page')
    const { headers } = await fetch(page.url)
    const policy = headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.match(policy, /form-action 'self'/)
    assert.equal(headers.get('x-frame-options'), 'DENY')
    assert.equal(headers.get('referrer-policy'), 'no-referrer')
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.ok(!/<script|style=|https?:\/\/(?!localhost)/i.test(page.html))
  })
})

describe('consent', () => {
  let auth: AuthUnderTest
  before(async () => {
    auth = await startAuth()
  })
  after(() => auth.stop())

  it('names the app, where the answer goes, and each permission in plain words', async () => {
    const app = await openApp(auth, 'warehouse')
    const page = await app.submit(await app.open('wms:read wms:adjust'))
    assert.ok(page.kind === 'page')
    for (const text of [
      'Example app',
      'app.example',
      'correct stock levels and quarantine goods',
      'warehouse@example.com',
    ])
      assert.ok(page.html.includes(text), text)
    assert.ok(!page.html.includes('This app runs on your device'))
  })

  it('what is left unticked is not granted, and is asked again when the app asks again', async () => {
    const app = await openApp(auth, 'warehouse')
    const consent = await app.submit(await app.open('wms:read wms:adjust'))
    assert.ok(consent.kind === 'page')
    const narrowed = { ...consent, html: consent.html.replace(/<input[^>]*value="wms:adjust"[^>]*>/, '') }
    const left = await app.submit(narrowed)
    assert.equal(left.kind, 'left')
    const again = await app.open('wms:read')
    assert.equal(again.kind, 'left', 'decided before: no page')
    const stepUp = await app.open('wms:read wms:adjust')
    assert.ok(stepUp.kind === 'page', 'asked again')
    const { code, verifier } = await app.code('wms:read wms:adjust')
    const tokens = (await (await app.redeem({ code, verifier })).json()) as { scope: string }
    assert.equal(tokens.scope, 'wms:read wms:adjust')
  })

  it('an app that sends no scope is offered the working set', async () => {
    const app = await openApp(auth, 'buyer')
    const page = await app.submit(await app.open())
    assert.ok(page.kind === 'page')
    assert.deepEqual(
      [...page.html.matchAll(/value="(wms:\w+)"/g)].map(([, scope]) => scope),
      ['wms:read', 'wms:reorder'],
    )
    assert.match(page.html, /6 more permissions were asked for/)
  })

  it('releasing held payments asks for the password again when the sign-in is older than five minutes', async () => {
    const app = await openApp(auth, 'finance')
    const resource = { resource: auth.resource('payments') }
    await app.submit(await app.submit(await app.open('payments:read payments:release_hold', resource)))
    const { pool } = auth.database.connect()
    await pool.query(`update provider_record
      set payload = jsonb_set(payload, '{loginTs}', to_jsonb((payload->>'loginTs')::int - 400)) where model = 'Session'`)
    assert.equal((await app.open('payments:read', resource)).kind, 'left')
    const page = await app.open('payments:read payments:release_hold', resource)
    assert.ok(page.kind === 'page')
    assert.match(page.title, /^Sign in/)
    assert.equal((await app.submit(page)).kind, 'left')
  })

  it('a refusal goes back to the app as access_denied', async () => {
    const app = await openApp(auth)
    const page = await app.open(undefined, { state: 's1' })
    assert.ok(page.kind === 'page')
    const abort = { ...page, html: page.html.slice(page.html.indexOf('</form>') + 1) }
    const left = await app.submit(abort)
    assert.equal(left.kind, 'left')
    assert.equal(left.url.searchParams.get('error'), 'access_denied')
    assert.equal(left.url.searchParams.get('state'), 's1')
    assert.equal(left.url.searchParams.get('iss'), auth.issuer)
  })

  it('what an app calls itself is shown as text', async () => {
    const registration = await fetch(`${auth.issuer}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: '<img src=x onerror=alert(1)>',
        redirect_uris: ['https://app.example/callback'],
        token_endpoint_auth_method: 'none',
      }),
    })
    const { client_id } = (await registration.json()) as { client_id: string }
    const app = await openApp(auth)
    const page = await app.open(undefined, { client_id })
    assert.ok(page.kind === 'page')
    assert.ok(page.html.includes('&lt;img src=x'))
    assert.ok(!page.html.includes('<img'))
  })
})
