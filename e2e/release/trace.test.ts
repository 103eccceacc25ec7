import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startFleet, type TestFleet } from '@backroom/fleet-testing'
import { plainCalls } from '../src/plain-calls.ts'
import { receiveTraces, type Span, type TraceReceiver, treeOf } from '../src/telemetry/trace-receiver.ts'
import { until } from '../src/until.ts'

const agentsTrace = 'c'.repeat(32)

describe('a checkout, traced', () => {
  let receiver: TraceReceiver
  let fleet: TestFleet
  let trace: Span[]
  let orderId: string
  before(async () => {
    receiver = await receiveTraces()
    fleet = await startFleet({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } })
    const token = await fleet.token('demo1@example.com', 'catshop')
    const calls = plainCalls(fleet.publicUrl)
    await calls.tool('catshop', token, 'add_to_cart', { product_id: '1', quantity: 1 }, 'traced-cart')
    const answer = await fetch(`${fleet.publicUrl}/catshop/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
        traceparent: `00-${agentsTrace}-${'d'.repeat(16)}-01`,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'checkout', arguments: { idempotency_key: 'traced' } },
      }),
    })
    const { result } = (await answer.json()) as { result: { structuredContent: { order_id: string } } }
    orderId = result.structuredContent.order_id
    await until('the checkout is traced', () => {
      const door = receiver.spans.find(({ service, name }) => service === 'gateway' && name === 'POST /catshop/mcp')
      trace = receiver.spans.filter(({ traceId }) => traceId === door?.traceId)
      // Each process sends its spans when it likes: one that is known may come before the one that it is part of.
      const known = new Set(trace.map(({ spanId }) => spanId))
      const isWhole = trace.every(({ parentSpanId }) => !parentSpanId || known.has(parentSpanId))
      return isWhole && new Set(trace.map(({ service }) => service)).size >= 5
    })
  })
  after(async () => {
    await fleet?.stop()
    receiver?.close()
  })

  test('is one tree across every server that has a part in it, down to SQL', (t) => {
    t.diagnostic(`\n${treeOf(trace)}`)
    assert.ok(orderId)
    const byId = new Map(trace.map((span) => [span.spanId, span]))
    const pathOf = (span: Span | undefined): string[] =>
      span ? [...pathOf(byId.get(span.parentSpanId ?? '')), `${span.service}: ${span.name}`] : []
    const pathsTo = (service: string, name: RegExp) =>
      trace.filter((span) => span.service === service && name.test(span.name)).map(pathOf)
    for (const [service, tool] of [
      ['wms', 'reserve_stock'],
      ['payments', 'authorize_payment'],
    ] as const) {
      const [path = []] = pathsTo(service, new RegExp(`^tools/call ${tool}$`))
      const told = path.join(' > ')
      assert.match(
        told,
        /^gateway: POST \/catshop\/mcp > catshop: POST \/catshop\/mcp > catshop: tools\/call checkout > catshop: call oms start_checkout > oms: POST \/oms\/mcp > oms: tools\/call start_checkout > oms: workflow /,
      )
      assert.match(told, new RegExp(`oms: step .* > oms: call ${service} ${tool} > ${service}: POST /${service}/mcp >`))
    }
    for (const service of ['catshop', 'oms', 'wms', 'payments'])
      assert.ok(pathsTo(service, /^(select|insert|update|with|commit) ?/).length > 0, `${service} shows its statements`)
  })

  test('begins at the gateway, whatever trace the agent is in', () => {
    assert.notEqual(trace[0]?.traceId, agentsTrace)
  })
})
