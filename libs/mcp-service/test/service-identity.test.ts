import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, describe, mock, test } from 'node:test'
import { exportJWK, generateKeyPair } from 'jose'
import { serviceIdentity } from '../src/access/service-identity.ts'
import { BusinessError } from '../src/index.ts'

/** What stands in the place of auth: it counts, and answers as it is told. */
interface Desk {
  asked: { path: string; form: URLSearchParams; authorization: string | undefined }[]
  status: number
  expiresIn: number
}

describe('the tokens of a service', () => {
  const desk: Desk = { asked: [], status: 200, expiresIn: 120 }
  const server = createServer(async (request: IncomingMessage, response) => {
    const form = new URLSearchParams(await text(request))
    const number = desk.asked.push({ path: request.url ?? '', form, authorization: request.headers.authorization })
    const granted = { access_token: `token-${number}`, expires_in: desk.expiresIn }
    const refused = { error: 'invalid_request', error_description: 'subject_token was revoked' }
    response.writeHead(desk.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(desk.status === 200 ? granted : refused))
  })
  let key: string
  before(async () => {
    key = JSON.stringify(await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  after(() => {
    server.close()
    server.closeAllConnections()
  })
  beforeEach(() => Object.assign(desk, { asked: [], status: 200, expiresIn: 120 }))

  const identity = () =>
    serviceIdentity({
      clientId: 'catshop',
      key,
      publicUrl: 'http://localhost:8000',
      authInternalUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    })
  const ada = { token: 'token-of-ada' }

  test('are asked for once, also twenty times at once, and for each customer and callee apart', async () => {
    const catshop = identity()
    const tokens = await Promise.all(Array.from({ length: 20 }, () => catshop.token('oms', ada)))
    assert.deepEqual(new Set(tokens), new Set(['token-1']))
    assert.equal(await catshop.token('oms', { token: 'token-of-bob' }), 'token-2')
    assert.equal(await catshop.token('wms', ada), 'token-3')
    assert.equal(await catshop.token('oms'), 'token-4')
    assert.equal(await catshop.token('oms', ada), 'token-1')
    const [exchange, , , own] = desk.asked
    assert.equal(exchange?.form.get('subject_token'), 'token-of-ada')
    assert.equal(exchange?.form.get('resource'), 'http://localhost:8000/oms/mcp')
    assert.equal(own?.form.get('grant_type'), 'client_credentials')
  })

  test('are renewed 30 s before an exchanged one ends, an own one at half life, and used until then', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    const catshop = identity()
    const [exchanged, own] = [await catshop.token('oms', ada), await catshop.token('oms')]
    t.mock.timers.tick(59_000)
    assert.equal(await catshop.token('oms'), own)
    t.mock.timers.tick(2_000)
    assert.notEqual(await catshop.token('oms'), own)
    t.mock.timers.tick(28_000)
    assert.equal(await catshop.token('oms', ada), exchanged)
    t.mock.timers.tick(2_000)
    assert.notEqual(await catshop.token('oms', ada), exchanged)
    mock.timers.reset()
  })

  test('that hardly live are used once, and one that was not accepted is forgotten', async () => {
    const catshop = identity()
    desk.expiresIn = 20
    assert.notEqual(await catshop.token('oms', ada), await catshop.token('oms', ada))
    desk.expiresIn = 120
    const known = await catshop.token('oms', ada)
    catshop.forget('oms', ada)
    assert.notEqual(await catshop.token('oms', ada), known)
  })

  test('a refusal of auth is the answer of policy, its silence is not, and neither is remembered', async () => {
    const catshop = identity()
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => 'granted',
        (error) => (error instanceof BusinessError ? error.body.code : String(error)),
      )
    desk.status = 400
    assert.equal(await codeOf(catshop.token('oms', ada)), 'policy_denied')
    assert.equal(await codeOf(catshop.token('oms')), 'policy_denied')
    desk.status = 503
    assert.equal(await codeOf(catshop.token('oms', ada)), 'unavailable')
    assert.equal(await codeOf(catshop.token('oms')), 'unavailable')
    desk.status = 200
    assert.equal(await codeOf(catshop.token('oms', ada)), 'granted')
  })

  test('on standard input and output the account stands for the token that is not there', async () => {
    await identity().token('oms', { account: 'demo1@example.com' })
    const [asked] = desk.asked
    assert.equal(asked?.path, '/internal/accounts/demo1%40example.com/exchange')
    assert.equal(asked?.form.get('resource'), 'http://localhost:8000/oms/mcp')
    assert.match(asked?.authorization ?? '', /^Bearer eyJ/)
  })
})
