import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { PUBLIC_URL } from '@backroom/fleet-testing'
import { Validator } from '@seriousme/openapi-schema-validator'
import { ALL_SCOPES, call, post } from './ledger-service/client.ts'
import { type Ledger, startLedger } from './ledger-service/start.ts'

let ledger: Ledger
before(async () => {
  ledger = await startLedger()
})
after(() => ledger.stop())

describe('a call over REST', () => {
  test('answers with the result alone, the same as over MCP', async () => {
    const { status, body, headers } = await post(ledger, 'get_balance', { account: 'a' })
    assert.equal(status, 200)
    assert.match(headers.get('content-type') ?? '', /^application\/json/)
    assert.deepEqual(body, (await call(ledger, 'get_balance', { account: 'a' })).structuredContent)
  })

  const failures: [string, Record<string, unknown>, number, string][] = [
    ['get_balance', { account: 5 }, 400, 'invalid_argument'],
    ['get_balance', { account: 'a', colour: 'red' }, 400, 'invalid_argument'],
    ['get_balance', {}, 400, 'invalid_argument'],
    ['post', { account: 'a', amount: 1 }, 400, 'idempotency_key_required'],
    ['post', { account: 'a', amount: 0, idempotency_key: 'x' }, 400, 'invalid_argument'],
    ['transfer', { amount: 1, ends: 'badly', idempotency_key: 'x' }, 409, 'conflict'],
    ['broken', { how: 'throws' }, 500, 'internal'],
    ['broken', { how: 'wrong_output' }, 500, 'internal'],
    ['nope', {}, 404, 'not_found'],
    ['service_only', {}, 404, 'not_found'],
    ['constructor', {}, 404, 'not_found'],
  ]
  for (const [tool, args, status, code] of failures) {
    test(`${tool} ${JSON.stringify(args)} fails with ${status} ${code}`, async () => {
      const answer = await post(ledger, tool, args)
      assert.equal(answer.status, status)
      assert.equal(answer.body.code, code)
      assert.equal(typeof answer.body.message, 'string')
      assert.ok(Array.isArray(answer.body.next_actions))
    })
  }

  test('names no internals when something breaks', async () => {
    const { text, headers } = await post(ledger, 'broken', { how: 'throws' })
    assert.doesNotMatch(text, /secret internals|srv/)
    assert.ok(text.includes(headers.get('x-request-id') ?? 'no request id'))
  })

  test('maps a key of another request to 422, and a process that runs on to 202', async () => {
    await post(ledger, 'post', { account: 'a', amount: 1, idempotency_key: 'taken' })
    const other = await post(ledger, 'post', { account: 'a', amount: 2, idempotency_key: 'taken' })
    assert.equal(other.status, 422)
    const late = await post(ledger, 'transfer', { amount: 1, ends: 'late', idempotency_key: 'late' })
    assert.equal(late.status, 202)
    assert.equal(late.body.status, 'in_progress')
  })

  test('prefers the key of the arguments to that of the header', async () => {
    const options = { ...ledger, headers: { 'idempotency-key': 'of the header' } }
    await post(options, 'post', { account: 'keys', amount: 1, idempotency_key: 'of the arguments' })
    const retry = await post(ledger, 'post', { account: 'keys', amount: 1, idempotency_key: 'of the arguments' })
    assert.equal(retry.headers.get('idempotent-replayed'), 'true')
  })

  test('needs a token that has the scope', async () => {
    assert.equal((await post({ ...ledger, token: null }, 'get_balance', { account: 'a' })).status, 401)
    const token = await ledger.authority.sign({ scope: 'wms:reorder' })
    const refused = await post({ ...ledger, token }, 'post', { account: 'a', amount: 1, idempotency_key: 'x' })
    assert.equal(refused.status, 403)
    assert.equal(refused.body.code, 'forbidden_scope')
    assert.match(refused.headers.get('www-authenticate') ?? '', /error="insufficient_scope".*scope="wms:adjust"/)
  })

  test('of a public tool needs no token, but no invalid one either', async () => {
    assert.equal((await post({ ...ledger, token: null }, 'rumour', {})).status, 200)
    assert.equal((await post({ ...ledger, token: 'forged' }, 'rumour', {})).status, 401)
  })

  test('may leave the body out where no argument is needed', async () => {
    const response = await fetch(`${ledger.address}/wms/tools/rumour`, { method: 'POST' })
    assert.equal(response.status, 200)
  })

  test('is made by POST', async () => {
    const authorization = `Bearer ${await ledger.authority.sign({ scope: ALL_SCOPES })}`
    const response = await fetch(`${ledger.address}/wms/tools/get_balance`, { headers: { authorization } })
    assert.equal(response.status, 405)
    assert.equal(response.headers.get('allow'), 'POST')
  })
})

describe('a body that is no call is refused in the form of every other error', () => {
  const bodies: [string, string, string, number][] = [
    ['half a document', '{"account":', 'application/json', 400],
    ['an empty document', '', 'application/json', 400],
    ['a list', '[]', 'application/json', 400],
    ['a text', '"account"', 'application/json', 400],
    ['a NUL character', '{"account":"a\\u0000"}', 'application/json', 400],
    ['half a character', '{"account":"\\ud800"}', 'application/json', 400],
    ['nesting without end', `{"account":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 'application/json', 400],
    ['a form', 'account=a', 'application/x-www-form-urlencoded', 415],
    ['plain text', '{"account":"a"}', 'text/plain', 415],
    ['more than a megabyte', `{"account":"${'a'.repeat(1_100_000)}"}`, 'application/json', 413],
  ]
  for (const [what, body, type, status] of bodies) {
    test(what, async () => {
      const answer = await post(ledger, 'get_balance', body, type)
      assert.equal(answer.status, status)
      assert.equal(answer.body.code, 'invalid_argument')
      assert.equal(answer.body.retryable, false)
    })
  }
})

describe('the documentation', () => {
  // biome-ignore lint/suspicious/noExplicitAny: a document of every member.
  const document = async (): Promise<any> => (await fetch(`${ledger.address}/wms/openapi.json`)).json()

  test('is a valid OpenAPI 3.1 document', async () => {
    const checked = await new Validator().validate(await document())
    assert.deepEqual([checked.valid, checked.errors], [true, undefined])
  })

  test('describes each tool that people may use, and where to get a token for it', async () => {
    const { paths, servers, components, openapi } = await document()
    assert.equal(openapi, '3.1.0')
    assert.equal(servers[0].url, PUBLIC_URL)
    assert.ok(paths['/wms/tools/get_balance'].post.requestBody)
    assert.equal(paths['/wms/tools/service_only'], undefined)
    assert.deepEqual(paths['/wms/tools/post'].post.security, [{ signIn: ['wms:adjust'] }])
    assert.deepEqual(paths['/wms/tools/rumour'].post.security, [])
    assert.equal(components.securitySchemes.signIn.flows.authorizationCode.tokenUrl, `${PUBLIC_URL}/auth/token`)
  })

  test('is served as a page that loads nothing from elsewhere', async () => {
    const page = await fetch(`${ledger.address}/wms/docs`)
    assert.equal(page.status, 200)
    const html = await page.text()
    assert.doesNotMatch(html, /(src|href)="https?:/)
    const [, script = ''] = /src="([^"]+\.js)"/.exec(html) ?? []
    const loaded = await fetch(new URL(script, page.url.endsWith('/') ? page.url : `${page.url}/`))
    assert.equal(loaded.status, 200)
    assert.ok((await loaded.text()).length > 0)
  })
})
