import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { createCounter, createHistogram } from './series.ts'

const registry = new Registry()
let measuresProcess = false

/** Serves what this process measures at `GET /metrics`; for a port that only the fleet reaches. */
export function mountMetrics(app: FastifyInstance, service: string): void {
  registry.setDefaultLabels({ service })
  // Several servers of one process share what it measures of itself.
  if (!measuresProcess) collectDefaultMetrics({ register: registry })
  measuresProcess = true
  app.get('/metrics', async (_request, reply) => {
    const own = [requests, calls, callSeconds].map((one) => `${one.text(service)}\n`)
    return reply.type(registry.contentType).send(`${own.join('')}${await registry.metrics()}`)
  })
}

/** Upper bounds in seconds, from a millisecond to the longest tool. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25]

const requests = createHistogram(
  {
    name: 'backroom_http_request_seconds',
    help: 'Time from a request to the end of its answer, by route and status class.',
    labels: ['method', 'route', 'status'],
  },
  bounds,
)

/** Counts a request that was answered. */
export function countRequest(
  { method, routeOptions }: FastifyRequest,
  { statusCode, elapsedTime }: FastifyReply,
): void {
  const route = routeOptions.url ?? 'none'
  const status = Math.floor(statusCode / 100)
  const labels = () => [method, route, `${status}xx`]
  requests.observe(`${method} ${route} ${status}`, labels, elapsedTime / 1_000)
}

const calls = createCounter({
  name: 'backroom_tool_calls_total',
  help: 'Tool calls by outcome: ok, or the code of the error.',
  labels: ['domain', 'tool', 'outcome'],
})
const callSeconds = createHistogram(
  {
    name: 'backroom_tool_call_seconds',
    help: 'Time that a tool call took, whatever its outcome.',
    labels: ['domain', 'tool'],
  },
  bounds,
)

/** Counts a tool call. `outcome` is `ok` or an error code; `ms` the time it took. */
export function countCall(domain: string, tool: string, outcome: string, ms: number): void {
  calls.add(`${domain} ${tool} ${outcome}`, () => [domain, tool, outcome])
  callSeconds.observe(`${domain} ${tool}`, () => [domain, tool], ms / 1_000)
}

/** What a pool of database connections tells. */
interface Pool {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
}

const pools = new Map<Pool, string>()
new Gauge({
  name: 'backroom_pool_connections',
  help: 'Database connections of this process by schema: in use, idle, and how many wait for one.',
  labelNames: ['schema', 'state'],
  registers: [registry],
  collect() {
    this.reset()
    for (const [{ totalCount, idleCount, waitingCount }, schema] of pools) {
      this.inc({ schema, state: 'in_use' }, totalCount - idleCount)
      this.inc({ schema, state: 'idle' }, idleCount)
      this.inc({ schema, state: 'waiting' }, waitingCount)
    }
  },
})

/** Measures a pool until the returned function is called. */
export function measurePool(pool: Pool, schema: string): () => void {
  pools.set(pool, schema)
  return () => pools.delete(pool)
}

/** One value of a gauge. */
export interface Reading {
  labels?: Record<string, string>
  value: number
}

/** Something that is looked up when Prometheus asks. */
export interface Measure {
  /** Without the prefix `backroom_`. */
  name: string
  help: string
  labels?: readonly string[]
  read(): readonly Reading[] | Promise<readonly Reading[]>
}

type Read = Measure['read']
const readers = new Map<string, Set<Read>>()

/** Measures something until the returned function is called. What cannot be read is left out of that answer. */
export function measure({ name, help, labels = [], read }: Measure): () => void {
  const fullName = `backroom_${name}`
  const known = readers.get(fullName)
  const sameName = known ?? new Set<Read>()
  sameName.add(read)
  if (!known) {
    readers.set(fullName, sameName)
    new Gauge({
      ...{ name: fullName, help, labelNames: [...labels], registers: [registry] },
      async collect() {
        const answers = await Promise.all([...sameName].map(async (one) => one()).map((one) => one.catch(() => [])))
        this.reset()
        for (const { labels: of = {}, value } of answers.flat()) this.set(of, value)
      },
    })
  }
  return () => sameName.delete(read)
}

/** What is open of one kind. */
export interface OpenWork {
  labels: Record<string, string>
  count: number
  /** Age of the oldest in seconds. */
  oldest: number
}

/** Two measures of what has not ended. */
export interface OpenMeasure {
  count: Pick<Measure, 'name' | 'help'>
  oldest: Pick<Measure, 'name' | 'help'>
  labels: readonly string[]
  read(): Promise<readonly OpenWork[]>
}

/** Measures how much is open and how old the oldest of it is, with one look for both, until the returned function is called. */
export function measureOpen({ count, oldest, labels, read }: OpenMeasure): () => void {
  let looking: Promise<readonly OpenWork[]> | undefined
  const look = () => {
    looking ??= read().finally(() => {
      looking = undefined
    })
    return looking
  }
  const reading = (pick: (open: OpenWork) => number) => async () =>
    (await look()).map((open) => ({ labels: open.labels, value: pick(open) }))
  const stops = [
    measure({ ...count, labels, read: reading((open) => open.count) }),
    measure({ ...oldest, labels, read: reading((open) => open.oldest) }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
