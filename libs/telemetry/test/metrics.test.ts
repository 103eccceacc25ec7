import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import { countCall, measure, measureOpen, measurePool, mountMetrics } from '../src/metrics.ts'

const app = Fastify()
mountMetrics(app, 'wms')
const read = async () => (await app.inject('/metrics')).body
const valueIn = (text: string, series: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length),
  )

test('calls are counted by outcome, and timed in buckets that add up', async () => {
  for (const [outcome, ms] of [
    ['ok', 2],
    ['ok', 40],
    ['not_found', 30_000],
  ] as const)
    countCall('wms', 'get "stock"', outcome, ms)
  const text = await read()
  const of = 'domain="wms",tool="get \\"stock\\"",'
  assert.equal(valueIn(text, `backroom_tool_calls_total{${of}outcome="ok",service="wms"}`), 2)
  assert.equal(valueIn(text, `backroom_tool_calls_total{${of}outcome="not_found",service="wms"}`), 1)
  const bucket = (le: string) => valueIn(text, `backroom_tool_call_seconds_bucket{${of}service="wms",le="${le}"}`)
  assert.deepEqual([bucket('0.001'), bucket('0.0025'), bucket('0.05'), bucket('25'), bucket('+Inf')], [0, 1, 2, 2, 3])
  assert.equal(valueIn(text, `backroom_tool_call_seconds_count{${of}service="wms"}`), 3)
})

test('pools, and whatever else is looked up when somebody asks, until it is over', async () => {
  const forget = measurePool({ totalCount: 5, idleCount: 2, waitingCount: 1 }, 'oms')
  const end = measure({
    name: 'ages_seconds',
    help: 'Ages.',
    labels: ['of'],
    read: async () => [{ labels: { of: 'one' }, value: 7 }],
  })
  const broken = measure({ name: 'broken', help: 'Cannot be read.', read: () => Promise.reject(new Error('away')) })
  const text = await read()
  assert.equal(valueIn(text, 'backroom_pool_connections{schema="oms",state="in_use",service="wms"}'), 3)
  assert.equal(valueIn(text, 'backroom_pool_connections{schema="oms",state="waiting",service="wms"}'), 1)
  assert.equal(valueIn(text, 'backroom_ages_seconds{of="one",service="wms"}'), 7)
  assert.match(text, /^nodejs_eventloop_lag_p99_seconds/m)
  for (const stop of [forget, end, broken]) stop()
  assert.doesNotMatch(await read(), /schema="oms"|of="one"/)
})

test('what is open is counted and aged by one look, and anew when somebody asks again', async () => {
  let looks = 0
  const end = measureOpen({
    count: { name: 'errands', help: 'Errands.' },
    oldest: { name: 'errand_oldest_seconds', help: 'Age of the oldest.' },
    labels: ['of'],
    read: async () => [{ labels: { of: 'cats' }, count: ++looks, oldest: 60 }],
  })
  const first = await read()
  assert.equal(valueIn(first, 'backroom_errands{of="cats",service="wms"}'), 1)
  assert.equal(valueIn(first, 'backroom_errand_oldest_seconds{of="cats",service="wms"}'), 60)
  assert.equal(valueIn(await read(), 'backroom_errands{of="cats",service="wms"}'), 2)
  assert.equal(looks, 2)
  end()
  assert.doesNotMatch(await read(), /of="cats"/)
})
