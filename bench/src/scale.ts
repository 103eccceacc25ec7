import { join } from 'node:path'
import { dataFolder } from '@backroom/fleet'
import type { TestFleet } from '@backroom/fleet-testing'
import pg from 'pg'
import { startBulkFleet } from './bulk-fleet.ts'
import type { BenchOptions } from './options.ts'
import { attempt } from './pace.ts'
import { toolCall } from './request.ts'
import { type Case, cases, goals, type Sample } from './scale-cases.ts'

const SMALL = 10_000
const SAMPLED = 500
const WARM_UP_CALLS = 20
const CALLS = 100
const accounts = { catshop: 'demo1', wms: 'warehouse', oms: 'ops', payments: 'finance' } as const
const scopes = {
  catshop: 'catshop:read',
  wms: 'wms:read',
  oms: 'oms:read',
  payments: 'payments:read payments:ledger',
} as const

/**
 * The same calls on a small and a large fleet in turn, so that both meet the same disturbances. Their data is kept under the
 * data folder: only the first run has to make it.
 */
export async function benchScale({ size, json }: BenchOptions): Promise<void> {
  const small = await startSized(SMALL)
  try {
    const large = await startSized(size)
    try {
      report(await measureAll(small, large), size, json)
    } finally {
      await large.fleet.stop()
    }
  } finally {
    await small.fleet.stop()
  }
}

interface Sized {
  fleet: TestFleet
  sample: Sample
}

async function startSized(count: number): Promise<Sized> {
  const fleet = await startBulkFleet({ skus: count, orders: count }, join(dataFolder(), 'bench', String(count)))
  const database = new pg.Client({ connectionString: fleet.databaseUrl('oms'), options: '-c search_path=oms' })
  await database.connect()
  const { rows } = await database.query(
    `select o.id, o.number, o.customer_id as customer, o.payment_id as payment, l.sku,
       (o.placed_at at time zone 'utc')::date::text as day
     from orders o join order_line l on l.order_id = o.id and l.line = 1
     where o.number like 'ORD-____-B%' order by hashtext(o.id) limit $1`,
    [SAMPLED],
  )
  await database.end()
  return { fleet, sample: { products: count, orders: rows } }
}

interface Figure {
  case: Case
  smallP95: number
  largeP95: number
}

async function measureAll(small: Sized, large: Sized): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const one of cases) {
    // Each with a token of its own: those of payments live for five minutes.
    const figure = await measure(one, [await clientOf(small, one.domain), await clientOf(large, one.domain)])
    console.error(`${one.domain} ${one.name}: ${round(figure.smallP95)} ms, ${round(figure.largeP95)} ms`)
    figures.push(figure)
  }
  return figures
}

/** Makes one call and says how many milliseconds it took. */
type Client = (one: Case, turn: number) => Promise<number>

async function clientOf({ fleet, sample }: Sized, domain: Case['domain']): Promise<Client> {
  const role = domain as keyof typeof accounts
  const token = await fleet.token(`${accounts[role]}@example.com`, domain, scopes[role])
  return async (one, turn) => {
    const startedAt = performance.now()
    const outcome = await attempt(`${fleet.publicUrl}/${domain}/mcp`, toolCall(one.tool, one.args(sample, turn), token))
    if (outcome !== 'answered') throw new Error(`${one.tool} of ${domain} was not available`)
    return performance.now() - startedAt
  }
}

async function measure(one: Case, [small, large]: readonly [Client, Client]): Promise<Figure> {
  const took: [number[], number[]] = [[], []]
  for (let turn = 0; turn < WARM_UP_CALLS + CALLS; turn++) {
    const times = [await small(one, turn), await large(one, turn)] as const
    if (turn < WARM_UP_CALLS) continue
    took[0].push(times[0])
    took[1].push(times[1])
  }
  return { case: one, smallP95: percentile95(took[0]), largeP95: percentile95(took[1]) }
}

function percentile95(times: number[]): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN
}

function report(figures: readonly Figure[], size: number, json: boolean): void {
  const rows = figures.map(({ case: { domain, name, kind }, smallP95, largeP95 }) => ({
    domain,
    name,
    kind,
    small_p95_ms: round(smallP95),
    large_p95_ms: round(largeP95),
    growth: round(largeP95 / smallP95),
    goal: goals[kind] ?? null,
  }))
  const worst = (kind: Case['kind']) => Math.max(...rows.filter((row) => row.kind === kind).map(({ growth }) => growth))
  const ratios = { lookup: worst('lookup'), list: worst('list'), typo: worst('typo') }
  if (json) {
    console.log(JSON.stringify({ small: SMALL, large: size, rows, ratios }, undefined, 2))
    return
  }
  console.log(`95th percentile with ${SMALL} and with ${size} SKUs and orders`)
  console.table(rows)
  console.log(
    `worst growth: keyed reads ${ratios.lookup}, lists ${ratios.list} (goal: below 1.5), misspelt searches ${ratios.typo} (goal: below 3)`,
  )
}

function round(value: number): number {
  return Number(value.toFixed(2))
}
