import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import Fastify from 'fastify'
import {
  currentTraceId,
  currentTraceparent,
  inSpan,
  isTracing,
  startTracing,
  stopTracing,
  traceRequests,
} from '../src/index.ts'

interface SentSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  links?: { traceId: string }[]
  status?: { code?: number }
}

const callers = { traceId: 'a'.repeat(32), traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }

test('without a receiver nothing is recorded, and work runs as it is', async () => {
  await startTracing('test', {})
  assert.equal(isTracing(), false)
  assert.equal(
    inSpan('work', {}, () => currentTraceparent() ?? 'no trace'),
    'no trace',
  )
})

describe('a process that traces', () => {
  const sent: SentSpan[] = []
  const receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      for (const { scopeSpans } of JSON.parse(body).resourceSpans)
        for (const { spans } of scopeSpans) sent.push(...spans)
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  const door = Fastify()
  const inside = Fastify()

  before(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const { port } = receiver.address() as AddressInfo
    await startTracing('test', { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })
    for (const [app, joinsCaller] of [
      [door, false],
      [inside, true],
    ] as const) {
      traceRequests(app, { joinsCaller, quietPaths: ['/health'] })
      app.post('/work', async () =>
        inSpan('step', {}, async () => ({ trace: currentTraceId(), traceparent: currentTraceparent() })),
      )
      app.get('/health', async () => ({ trace: currentTraceId() ?? null }))
    }

    const headers = { traceparent: callers.traceparent, 'content-type': 'application/json' }
    for (const app of [door, inside]) {
      const answer = await app.inject({ method: 'POST', url: '/work', headers, payload: '{"some":"body"}' })
      assert.match(answer.json().traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
      assert.equal((await app.inject({ url: '/health', headers })).json().trace, null)
    }
    await assert.rejects(
      inSpan('fails', {}, async () => {
        throw new TypeError('it broke')
      }),
    )
    inSpan('alone', { onlyWithin: true }, () => undefined)
    await stopTracing()
  })
  after(() => receiver.close())

  const named = (name: string) => sent.filter((span) => span.name === name)

  test('makes a request a span, and what it does spans below', () => {
    const requests = named('POST /work')
    const steps = named('step')
    assert.equal(requests.length, 2)
    assert.deepEqual(
      steps.map(({ parentSpanId }) => parentSpanId),
      requests.map(({ spanId }) => spanId),
    )
    assert.equal(named('GET /health').length, 0)
  })

  test('begins a trace of its own at the door, and links the caller’s', () => {
    const [request] = named('POST /work').filter(({ traceId }) => traceId !== callers.traceId)
    assert.ok(request)
    assert.equal(request.parentSpanId ?? '', '')
    assert.deepEqual(
      request.links?.map(({ traceId }) => traceId),
      [callers.traceId],
    )
  })

  test('goes on with the caller’s trace inside', () => {
    const [request] = named('POST /work').filter(({ traceId }) => traceId === callers.traceId)
    assert.equal(request?.parentSpanId, 'b'.repeat(16))
  })

  test('marks what failed, and leaves out what nobody asked for', () => {
    assert.equal(named('fails')[0]?.status?.code, 2)
    assert.equal(named('alone').length, 0)
  })
})
