import assert from 'node:assert/strict'
import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import { startGateway, startUpstream } from './gateway-under-test.ts'

/** A request with exactly these headers, repeated ones too, which fetch would not send. */
function send(
  url: string,
  options: RequestOptions,
  body?: string,
): Promise<{ status: number; headers: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { agent: false, maxHeaderSize: 64 * 1024, ...options }, (response) => {
      response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

describe('paths', () => {
  it('lead to the domain they name, with their prefix', async (t) => {
    const [wms, catshop, payments, tms, auth] = await Promise.all(Array.from({ length: 5 }, () => startUpstream(t)))
    const { url } = await startGateway(t, {
      domains: { wms: wms?.url, catshop: catshop?.url, payments: payments?.url, tms: tms?.url } as Record<
        string,
        string
      >,
      authUrl: auth?.url ?? '',
    })
    const routes: [string, string, typeof wms, string?][] = [
      ['POST', '/wms/mcp', wms],
      ['GET', '/wms/mcp', wms],
      ['DELETE', '/wms/mcp', wms],
      ['POST', '/wms/tools/get_stock', wms],
      ['GET', '/wms/openapi.json', wms],
      ['GET', '/wms/docs', wms],
      ['GET', '/wms/docs/static/page.css?v=1', wms],
      ['GET', '/.well-known/oauth-protected-resource/wms/mcp', wms],
      ['POST', '/catshop/public/mcp', catshop],
      ['POST', '/tools/search_products', catshop, '/catshop/tools/search_products'],
      ['POST', '/payments/webhooks/acme', payments],
      ['GET', '/payments/authenticate/pi_1', payments],
      ['POST', '/tms/webhooks/acme', tms],
      ['POST', '/auth/login', auth],
      ['GET', '/auth/authorize?redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb', auth],
      ['PUT', '/auth/register/client', auth],
      ['GET', '/.well-known/oauth-authorization-server/auth', auth],
      ['GET', '/.well-known/openid-configuration/auth', auth],
    ]
    for (const [method, path, upstream, arrivesAt = path] of routes) {
      assert.equal((await send(url + path, { method })).status, 200, path)
      const last = upstream?.received.at(-1)
      assert.deepEqual([last?.method, last?.url], [method, arrivesAt])
    }
  })

  it('that are internal, undeployed or ambiguous are 404 as JSON and reach nobody', async (t) => {
    const wms = await startUpstream(t)
    const { url } = await startGateway(t, { domains: { wms: wms.url }, authUrl: wms.url })
    const hidden = [
      '/internal/revocations',
      '/wms/internal/approvals/1/decision',
      '/auth/../internal/revocations',
      '/auth/%2e%2e/internal/revocations',
      '/auth/..%2finternal',
      '/wms/docs/..\\internal',
      '//wms/mcp',
      '/wms/metrics',
      '/metrics',
      '/wms/ready',
      '/oms/mcp',
      '/catshop/public/mcp',
      '/tools/search_products',
      '/payments/webhooks/acme',
      '/WMS/mcp',
      '/.well-known/oauth-protected-resource',
      '/.well-known/oauth-authorization-server',
    ]
    for (const path of hidden) {
      for (const method of ['GET', 'POST']) {
        const { status, headers } = await send(url, { method, path })
        assert.equal(status, 404, `${method} ${path}`)
        assert.match(headers['content-type'] ?? '', /^application\/json/)
      }
    }
    assert.equal(wms.received.length, 0)
  })
})

describe('a body', () => {
  it('is passed on byte for byte: large integers, duplicate keys, white space', async (t) => {
    const wms = await startUpstream(t, (request, response) =>
      response.end(`[${request.headers['content-length']}, 9007199254740993]`),
    )
    const { url } = await startGateway(t, { domains: { wms: wms.url } })
    const body = '{"id": 9007199254740993, "a":1.0,"a":1e400 ,\n "é":"\\u00e9"}'
    const answer = await fetch(`${url}/wms/mcp`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    assert.equal(wms.received[0]?.body, body)
    assert.equal(await answer.text(), `[${Buffer.byteLength(body)}, 9007199254740993]`)
  })

  it('of any content type, or none, is left to the domain to judge', async (t) => {
    const wms = await startUpstream(t)
    const { url } = await startGateway(t, { domains: { wms: wms.url } })
    for (const headers of [
      {},
      { 'content-type': 'text/csv' },
      { 'content-type': 'application/x-www-form-urlencoded' },
    ]) {
      const { status } = await send(`${url}/wms/mcp`, { method: 'POST', headers }, 'a=1')
      assert.equal(status, 200)
      assert.equal(wms.received.at(-1)?.body, 'a=1')
    }
  })

  it('above 1 MiB is refused with 413, whether its length is announced or not, and never sent on', async (t) => {
    const wms = await startUpstream(t)
    const { url } = await startGateway(t, { domains: { wms: wms.url } })
    const tooLarge = 'x'.repeat(1024 * 1024 + 1)
    const announced = await fetch(`${url}/wms/mcp`, { method: 'POST', body: tooLarge })
    const chunked = await fetch(`${url}/wms/tools/x`, {
      method: 'POST',
      body: Readable.from([Buffer.from(tooLarge)]),
      duplex: 'half',
    })
    assert.equal(announced.status, 413)
    assert.equal(((await announced.json()) as { error: { data: { error: string } } }).error.data.error, 'too_large')
    assert.equal(chunked.status, 413)
    assert.equal(wms.received.length, 0)
    const largest = await fetch(`${url}/wms/mcp`, { method: 'POST', body: tooLarge.slice(1) })
    assert.equal(largest.status, 200)
  })
})

describe('headers', () => {
  it('of the client that only a proxy may set do not pass; the gateway states its own', async (t) => {
    const wms = await startUpstream(t)
    const { url, publicUrl } = await startGateway(t, { domains: { wms: wms.url } })
    await send(`${url}/wms/mcp`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer abc',
        cookie: 'session=1',
        forwarded: 'for=1.2.3.4',
        'x-forwarded-for': '1.2.3.4',
        'x-forwarded-host': 'evil.example',
        'x-internal-user': 'root',
        'x-real-ip': '1.2.3.4',
        'proxy-authorization': 'Basic x',
        te: 'trailers',
        connection: 'close, x-hop',
        'x-hop': '1',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        'mcp-param-sku': '=?base64?QQ==?=',
        'x-request-id': 'client-chosen-1',
      },
    })
    const headers = wms.received[0]?.headers ?? {}
    for (const name of ['cookie', 'forwarded', 'x-internal-user', 'x-real-ip', 'proxy-authorization', 'te', 'x-hop']) {
      assert.equal(headers[name], undefined, name)
    }
    assert.equal(headers.authorization, 'Bearer abc')
    assert.equal(headers.traceparent, '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
    assert.equal(headers['mcp-param-sku'], '=?base64?QQ==?=')
    assert.equal(headers['x-forwarded-for'], '127.0.0.1')
    assert.equal(headers['x-forwarded-host'], new URL(publicUrl).host)
    assert.equal(headers['x-forwarded-proto'], 'http')
    assert.equal(headers['x-request-id'], 'client-chosen-1')
    assert.equal(headers.host, new URL(wms.url).host)
  })

  it('of the answer pass with its status, without what tells of the inside', async (t) => {
    const wms = await startUpstream(t, (_request, response) => {
      response.writeHead(401, {
        'www-authenticate': 'Bearer resource_metadata="https://x/.well-known", scope="wms:read"',
        'x-powered-by': 'x',
        server: 'x',
        'x-internal-node': '7',
        'x-request-id': 'inside',
        'set-cookie': ['a=1', 'b=2'],
      })
      response.end()
    })
    const { url } = await startGateway(t, { domains: { wms: wms.url } })
    const { status, headers } = await send(`${url}/wms/mcp`, {
      method: 'POST',
      headers: { 'x-request-id': 'from-client' },
    })
    assert.equal(status, 401)
    assert.equal(headers['www-authenticate'], 'Bearer resource_metadata="https://x/.well-known", scope="wms:read"')
    assert.equal(headers['x-request-id'], 'from-client')
    assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2'])
    for (const name of ['x-powered-by', 'server', 'x-internal-node']) assert.equal(headers[name], undefined, name)
  })

  it('with cookies go to auth alone', async (t) => {
    const auth = await startUpstream(t)
    const { url } = await startGateway(t, { authUrl: auth.url })
    await send(`${url}/auth/interaction/1`, { headers: { cookie: 'session=1' } })
    assert.equal(auth.received[0]?.headers.cookie, 'session=1')
  })

  it('up to 32 KB are accepted on the way in and out; more are 431', async (t) => {
    const long = 'a'.repeat(30 * 1024)
    const wms = await startUpstream(t, (_request, response) => response.setHeader('x-long', long).end())
    const { url } = await startGateway(t, { domains: { wms: wms.url } })
    const fits = await send(`${url}/wms/openapi.json`, {
      headers: { authorization: `Bearer ${'a'.repeat(12 * 1024)}` },
    })
    assert.equal(fits.status, 200)
    assert.equal(fits.headers['x-long'], long)
    const tooLong = await send(`${url}/wms/openapi.json`, { headers: { authorization: 'a'.repeat(33 * 1024) } })
    assert.equal(tooLong.status, 431)
  })
})
