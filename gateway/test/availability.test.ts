import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FleetStatus } from '../src/status.ts'
import { deadUrl, startGateway, startUpstream } from './gateway-under-test.ts'

interface RpcError {
  id: unknown
  error: { code: number; message: string; data: { domain: string; retryAfter: number } }
}

describe('a domain that is down', () => {
  it('is named, with the id of the request and when to try again; the others answer', async (t) => {
    const wms = await startUpstream(t)
    const { url } = await startGateway(t, { domains: { wms: wms.url, oms: await deadUrl() } })
    const answer = await fetch(`${url}/oms/mcp`, { method: 'POST', body: '{"jsonrpc":"2.0","id":"call-7"}' })
    const text = await answer.text()
    const { id, error } = JSON.parse(text) as RpcError
    assert.equal(answer.status, 503)
    assert.equal(answer.headers.get('retry-after'), '2')
    assert.equal(id, 'call-7')
    assert.deepEqual([error.data.domain, error.data.retryAfter], ['oms', 2])
    assert.doesNotMatch(text, /127\.0\.0\.1|ECONN|UND_ERR/)

    const tool = await fetch(`${url}/oms/tools/list_orders`, { method: 'POST' })
    assert.equal(((await tool.json()) as { domain: string }).domain, 'oms')
    assert.equal((await fetch(`${url}/wms/mcp`, { method: 'POST' })).status, 200)
  })

  it('answers again as soon as it is back', async (t) => {
    const url = await deadUrl()
    const gateway = await startGateway(t, { domains: { wms: url } })
    const call = () => fetch(`${gateway.url}/wms/mcp`, { method: 'POST' }).then(({ status }) => status)
    for (let i = 0; i < 10; i++) assert.equal(await call(), 503)

    const wms = await startUpstream(t)
    await new Promise<void>((resolve) => wms.server.close(() => resolve()))
    await new Promise<void>((resolve) => wms.server.listen(Number(new URL(url).port), '127.0.0.1', resolve))
    const limit = Date.now() + 5_000
    while ((await call()) !== 200) assert.ok(Date.now() < limit, 'the domain never came back')
  })
})

it('a person whose sign-in is down reads plain words on a page', async (t) => {
  const { url } = await startGateway(t)
  const answer = await fetch(`${url}/auth/interaction/1`, { headers: { accept: 'text/html,*/*' } })
  assert.equal(answer.status, 503)
  assert.match(answer.headers.get('content-type') ?? '', /^text\/html/)
  assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  assert.match(await answer.text(), /Sign-in cannot be reached at the moment/)
})

describe('a call whose outcome is unknown', () => {
  it('is 502 and never sent twice, whatever its method', async (t) => {
    const wms = await startUpstream(t, (request) => request.socket.destroy())
    const { url } = await startGateway(t, { domains: { wms: wms.url } })
    for (const method of ['POST', 'GET', 'DELETE']) {
      const answer = await fetch(`${url}/wms/mcp`, { method })
      assert.equal(answer.status, 502)
      assert.match(await answer.text(), /wms broke off.*idempotency key/)
      assert.ok(answer.headers.get('retry-after'))
    }
    assert.deepEqual(
      wms.received.map(({ method }) => method),
      ['POST', 'GET', 'DELETE'],
    )
  })

  it('is 504 when the answer does not begin in time', async (t) => {
    const wms = await startUpstream(t, () => {})
    const { url } = await startGateway(t, { domains: { wms: wms.url }, options: { answerTimeoutMs: 50 } })
    const answer = await fetch(`${url}/wms/mcp`, { method: 'POST' })
    assert.equal(answer.status, 504)
    assert.match(await answer.text(), /wms did not answer in time/)
    assert.equal(wms.received.length, 1)
  })

  it('stays what the domain said: 503 with Retry-After passes once and unchanged', async (t) => {
    const wms = await startUpstream(t, (_request, response) =>
      response.writeHead(503, { 'retry-after': '7' }).end('{"from":"wms"}'),
    )
    const { url } = await startGateway(t, { domains: { wms: wms.url } })
    const answer = await fetch(`${url}/wms/openapi.json`)
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '7'])
    assert.equal(await answer.text(), '{"from":"wms"}')
    assert.equal(wms.received.length, 1)
  })
})

describe('replicas', () => {
  it('share the load, and one that is down is stepped over before anything is sent', async (t) => {
    const hosts: (string | undefined)[] = []
    const wms = await startUpstream(t, (request, response) => {
      hosts.push(request.headers.host)
      response.end('{}')
    })
    const { port } = new URL(wms.url)
    // Nothing listens at 127.0.0.2, so half of the first attempts are refused.
    const lookup = async () => [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ]
    const { url } = await startGateway(t, { domains: { wms: `http://wms.internal:${port}` }, options: { lookup } })
    const statuses = await Promise.all(
      Array.from({ length: 20 }, () => fetch(`${url}/wms/mcp`, { method: 'POST' }).then(({ status }) => status)),
    )
    assert.deepEqual(new Set(statuses), new Set([200]))
    assert.equal(wms.received.length, 20)
    assert.deepEqual(new Set(hosts), new Set([`wms.internal:${port}`]))
  })
})

describe('/status', () => {
  it('tells per domain whether it is reachable and ready, and whether the issuer is right', async (t) => {
    const wms = await startUpstream(t)
    const tms = await startUpstream(t, (_request, response) => response.writeHead(503).end())
    let issuer = ''
    const auth = await startUpstream(t, (_request, response) => response.end(JSON.stringify({ issuer })))
    const fleet = { domains: { wms: wms.url, tms: tms.url, oms: await deadUrl() }, authUrl: auth.url }
    const { url, publicUrl } = await startGateway(t, fleet)
    issuer = `${publicUrl}/auth`
    const status = (await (await fetch(`${url}/status`)).json()) as FleetStatus
    assert.equal(status.status, 'degraded')
    assert.deepEqual([status.domains.wms?.reachable, status.domains.wms?.ready], [true, true])
    assert.equal(status.domains.wms?.mcp, `${publicUrl}/wms/mcp`)
    assert.equal(typeof status.domains.wms?.latency_ms, 'number')
    assert.deepEqual([status.domains.tms?.reachable, status.domains.tms?.ready], [true, false])
    assert.deepEqual(status.domains.oms?.reachable, false)
    assert.deepEqual(status.public_url, { url: publicUrl, ok: true })
    assert.doesNotMatch(JSON.stringify(status.domains), new RegExp(new URL(wms.url).port))
  })

  it('reports a wrong public URL in words, without holding up readiness', async (t) => {
    const auth = await startUpstream(t, (_request, response) => response.end('{"issuer":"https://other.example/auth"}'))
    const { url } = await startGateway(t, { authUrl: auth.url })
    const status = (await (await fetch(`${url}/status`)).json()) as FleetStatus
    assert.equal(status.public_url.ok, false)
    assert.match(status.public_url.message ?? '', /https:\/\/other\.example\/auth.*PUBLIC_URL/)
    assert.equal((await fetch(`${url}/ready`)).status, 200)
  })
})

it('/health is the body that the store’s clients know, and nothing else', async (t) => {
  const { url } = await startGateway(t)
  const answer = await fetch(`${url}/health`)
  assert.equal(await answer.text(), '{"status":"healthy","service":"ecommerce-mcp-server","version":"1.0.0"}')
})
