import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { type AuthUnderTest, startAuth } from './auth-under-test.ts'

const clientId = 'https://app.example/client.json'
const redirectUri = 'https://app.example/callback'

describe('clients that describe themselves by a document', () => {
  let auth: AuthUnderTest
  const fetched: string[] = []
  const documents: Record<string, unknown> = {}

  before(async () => {
    auth = await startAuth({
      fetchDocument: async (input) => {
        fetched.push(String(input))
        const body = documents[String(input)]
        return body === undefined ? new Response('', { status: 404 }) : Response.json(body)
      },
    })
  })
  after(() => auth.stop())

  const authorize = async (id: string, redirect = redirectUri) => {
    const url = new URL(`${auth.issuer}/authorize`)
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: id,
      redirect_uri: redirect,
      resource: auth.resource('catshop'),
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    }).toString()
    return fetch(url, { redirect: 'manual' })
  }

  it('a good document leads to the sign-in page, and is fetched once', async () => {
    documents[clientId] = {
      client_id: clientId,
      client_name: 'Described app',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      scope: 'payments:release_hold',
    }
    for (let visit = 0; visit < 3; visit++) {
      const answer = await authorize(clientId)
      assert.equal(answer.status, 303)
      assert.match(answer.headers.get('location') ?? '', /^\/auth\/interaction\//)
    }
    assert.deepEqual(fetched, [clientId])
  })

  it('a redirect that the document does not name is refused on a page, without sending anything there', async () => {
    const answer = await authorize(clientId, 'https://evil.example/callback')
    assert.equal(answer.status, 400)
    assert.equal(answer.headers.get('location'), null)
  })

  it('documents that are hostile or not about themselves are refused', async () => {
    const own = (path: string) => `https://app.example/${path}`
    const base = { client_name: 'X', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }
    const hostile: Record<string, unknown> = {
      [own('other-id')]: { ...base, client_id: 'https://other.example/' },
      [own('no-redirects')]: { ...base, client_id: own('no-redirects'), redirect_uris: [] },
      [own('plain-http')]: { ...base, client_id: own('plain-http'), redirect_uris: ['http://app.example/cb'] },
      [own('secret')]: { ...base, client_id: own('secret'), client_secret: 'x' },
      [own('list')]: [],
      [own('long-name')]: { ...base, client_id: own('long-name'), client_name: 'x'.repeat(101) },
      [own('name-object')]: { ...base, client_id: own('name-object'), client_name: {} },
    }
    Object.assign(documents, hostile)
    for (const id of Object.keys(hostile)) assert.equal((await authorize(id)).status, 400, id)
  })

  it('a document that cannot be had is not asked for again within a minute', async () => {
    const gone = 'https://gone.example/client.json'
    for (let visit = 0; visit < 5; visit++) assert.equal((await authorize(gone)).status, 400)
    assert.equal(fetched.filter((url) => url === gone).length, 1)
  })

  it('one host is asked ten times a minute at most', async () => {
    const answers = Array.from({ length: 30 }, (_, n) => authorize(`https://busy.example/${n}`))
    for (const { status } of await Promise.all(answers)) assert.equal(status, 400)
    assert.ok(fetched.filter((url) => url.startsWith('https://busy.example/')).length <= 10)
  })
})

describe('addresses inside the network', () => {
  let auth: AuthUnderTest
  let canary: Server
  let hits = 0
  before(async () => {
    auth = await startAuth()
    canary = createServer().on('connection', () => hits++)
    // The port that would be asked, where this user may listen on it.
    await new Promise<void>((resolve) => {
      canary.once('error', () => canary.listen(0, '::', resolve))
      canary.listen(443, '::', resolve)
    })
  })
  after(async () => {
    canary.close()
    await auth.stop()
  })

  it('no client id makes the server connect to one', async () => {
    const { port } = canary.address() as AddressInfo
    // biome-ignore format: a table reads better in rows
    const hosts = [
      '127.0.0.1', '127.1', '127.0.0.2', '2130706433', '0x7f000001', '0177.0.0.1', '0x7f.1', '0', '0.0.0.0', 'localhost',
      'LOCALHOST', 'localhost.', '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:0:0:1]',
      '[64:ff9b::7f00:1]', '10.0.0.1', '172.16.0.1', '192.168.0.1', '169.254.169.254', '100.64.0.1', '[fe80::1]', '[fc00::1]',
      '[fd00:ec2::254]', '192.0.2.1', '198.18.0.1', '224.0.0.1', '255.255.255.255',
    ]
    const urls = hosts.flatMap((host) => [`https://${host}:${port}/c`, `https://${host}/c`, `http://${host}:${port}/c`])
    const written = [`https://user@127.0.0.1:${port}/c`, `https:127.0.0.1:${port}/c`, `https://127.0.0.1:${port}#c`]
    assert.ok(urls.length >= 60)
    for (const id of [...urls, ...written]) {
      const query = new URLSearchParams({ client_id: id, response_type: 'code', redirect_uri: 'https://a.example/' })
      const answer = await fetch(`${auth.issuer}/authorize?${query}`, { redirect: 'manual' })
      assert.equal(answer.status, 400, id)
    }
    assert.equal(hits, 0)
  })
})
