import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { describe, it } from 'node:test'
import { startGateway, startUpstream } from './gateway-under-test.ts'

function statusFor(url: string, headers: Record<string, string>, method = 'POST'): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { method, headers, agent: false }, (response) => resolve(response.resume().statusCode ?? 0))
      .on('error', reject)
      .end()
  })
}

describe('the Host header', () => {
  it('must be the public one; the demo also takes local names with our port', async (t) => {
    const wms = await startUpstream(t)
    const demo = await startGateway(t, { domains: { wms: wms.url }, publicUrl: 'https://shop.example' })
    const allowed = [
      'shop.example',
      'shop.example:443',
      `localhost:${demo.port}`,
      `127.0.0.1:${demo.port}`,
      `[::1]:${demo.port}`,
    ]
    for (const host of allowed) assert.equal(await statusFor(`${demo.url}/wms/mcp`, { host }), 200, host)
    for (const host of ['evil.example', 'localhost:1', 'shop.example:80', 'shop.example.evil.example']) {
      assert.equal(await statusFor(`${demo.url}/wms/mcp`, { host }), 403, host)
    }
  })

  it('is not asked of probes; in production local names reach nothing else', async (t) => {
    const wms = await startUpstream(t)
    const { url, port } = await startGateway(t, {
      domains: { wms: wms.url },
      profile: 'production',
      publicUrl: 'https://shop.example',
    })
    for (const host of ['10.0.0.7:8000', `localhost:${port}`]) {
      assert.equal(await statusFor(`${url}/health`, { host }, 'GET'), 200)
      assert.equal(await statusFor(`${url}/ready`, { host }, 'GET'), 200)
      assert.equal(await statusFor(`${url}/status`, { host }, 'GET'), 200)
      assert.equal(await statusFor(`${url}/wms/mcp`, { host }), 403)
    }
  })
})

describe('pages of other web origins', () => {
  it('may call only when listed; programs without an Origin pass', async (t) => {
    const wms = await startUpstream(t)
    const { url, publicUrl } = await startGateway(t, {
      domains: { wms: wms.url },
      allowedOrigins: ['https://agent.example'],
    })
    const post = (path: string, origin?: string) =>
      fetch(url + path, { method: 'POST', headers: origin ? { origin } : {} }).then(({ status }) => status)
    for (const path of ['/wms/mcp', '/wms/tools/get_stock']) {
      assert.equal(await post(path), 200)
      for (const origin of [publicUrl, 'https://agent.example', 'http://localhost:6274']) {
        assert.equal(await post(path, origin), 200, origin)
      }
      for (const origin of ['https://evil.example', 'http://localhost.evil.example', 'null', 'garbage']) {
        assert.equal(await post(path, origin), 403, origin)
      }
    }
  })

  it('in production local ones are others too', async (t) => {
    const wms = await startUpstream(t)
    const { url, port } = await startGateway(t, {
      domains: { wms: wms.url },
      profile: 'production',
    })
    const headers = { host: `localhost:${port}`, origin: 'http://localhost:6274' }
    assert.equal(await statusFor(`${url}/wms/mcp`, headers), 403)
  })

  it('get what a browser needs: preflight, the challenge exposed, metadata for all', async (t) => {
    const wms = await startUpstream(t, (_request, response) => response.writeHead(401, { vary: 'Accept' }).end())
    const { url } = await startGateway(t, { domains: { wms: wms.url }, allowedOrigins: ['https://agent.example'] })
    const origin = 'https://agent.example'
    const preflight = await fetch(`${url}/wms/mcp`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,mcp-protocol-version,mcp-param-sku,x-other',
      },
    })
    assert.equal(preflight.status, 204)
    const allowed = preflight.headers.get('access-control-allow-headers')?.toLowerCase().split(', ') ?? []
    for (const name of [
      'authorization',
      'mcp-protocol-version',
      'mcp-method',
      'mcp-name',
      'mcp-param-sku',
      'idempotency-key',
    ]) {
      assert.ok(allowed.includes(name), name)
    }
    assert.ok(!allowed.includes('x-other'))

    const answer = await fetch(`${url}/wms/mcp`, { method: 'POST', headers: { origin } })
    assert.equal(answer.headers.get('access-control-allow-origin'), origin)
    assert.match(answer.headers.get('access-control-expose-headers') ?? '', /WWW-Authenticate/)
    assert.equal(answer.headers.get('access-control-allow-credentials'), null)
    assert.equal(answer.headers.get('vary'), 'Accept, Origin')

    const metadata = await fetch(`${url}/.well-known/oauth-protected-resource/wms/mcp`, {
      headers: { origin: 'https://any.example' },
    })
    assert.equal(metadata.headers.get('access-control-allow-origin'), '*')
    assert.equal(wms.received.filter(({ method }) => method === 'OPTIONS').length, 0)
  })
})

describe('an unknown query parameter', () => {
  it('is refused by name on MCP paths, so that a misspelt one cannot widen access', async (t) => {
    const wms = await startUpstream(t)
    const { url } = await startGateway(t, { domains: { wms: wms.url } })
    const answer = await fetch(`${url}/wms/mcp?read_olny=true`, { method: 'POST', body: '{"id":1}' })
    assert.equal(answer.status, 400)
    assert.match(await answer.text(), /read_olny/)
    assert.equal(wms.received.length, 0)
  })
})

describe('the limit per address', () => {
  it('says in words and figures when to go on, spares probes, and is tighter where no token is asked', async (t) => {
    const catshop = await startUpstream(t)
    const { url } = await startGateway(t, { domains: { catshop: catshop.url }, requestsPerMinute: 20 })
    const post = (path: string) => fetch(url + path, { method: 'POST', body: '{"id":"seven"}' })
    for (let i = 0; i < 2; i++) assert.equal((await post('/catshop/public/mcp')).status, 200)
    assert.equal((await post('/catshop/public/mcp')).status, 429)
    for (let i = 0; i < 20; i++) assert.equal((await post('/catshop/mcp')).status, 200)

    const refused = await post('/catshop/mcp')
    assert.equal(refused.status, 429)
    const seconds = Number(refused.headers.get('retry-after'))
    assert.ok(seconds > 0 && seconds <= 60)
    const { error } = (await refused.json()) as { error: { message: string; data: { retryAfter: number } } }
    assert.equal(error.data.retryAfter, seconds)
    assert.match(error.message, new RegExp(`Wait ${seconds} seconds`))
    assert.equal((await fetch(`${url}/health`)).status, 200)
  })

  it('counts the notifications of a provider apart from its other requests', async (t) => {
    const payments = await startUpstream(t)
    const { url } = await startGateway(t, { domains: { payments: payments.url }, requestsPerMinute: 2 })
    const notify = () => fetch(`${url}/payments/webhooks/acme`, { method: 'POST', body: '{}' })
    const statuses = []
    for (const send of [notify, notify, () => fetch(`${url}/payments/docs`), notify])
      statuses.push((await send()).status)
    assert.deepEqual(statuses, [200, 200, 200, 429])
  })

  it('counts the client behind a trusted proxy, and believes nobody else', async (t) => {
    const wms = await startUpstream(t)
    const statuses = async (trustedProxies: string[]) => {
      const { url } = await startGateway(t, { domains: { wms: wms.url }, requestsPerMinute: 1, trustedProxies })
      const call = (client: string) =>
        fetch(`${url}/wms/mcp`, { method: 'POST', headers: { 'x-forwarded-for': client } }).then(({ status }) => status)
      return [await call('203.0.113.1'), await call('203.0.113.2')]
    }
    assert.deepEqual(await statuses(['127.0.0.1']), [200, 200])
    assert.equal(wms.received.at(-1)?.headers['x-forwarded-for'], '203.0.113.2')
    assert.deepEqual(await statuses([]), [200, 429])
  })
})
