import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { startBulkFleet } from './bulk-fleet.ts'
import { callTools, type LoadResult } from './load.ts'
import { median } from './measure.ts'
import type { BenchOptions } from './options.ts'
import { toolCall } from './request.ts'

const SKUS = 10_000
const CONNECTIONS = 32
const WARM_UP_SECONDS = 5
const WMS_OFFSET = 101
const HOT_SKU = 'SKU-00000001'
const HOT_UNITS = 10_000_000
/** SKUs with fewer units might run out. */
const PLENTY = 150

/** Reservations that all want one SKU, against reservations of all SKUs alike, on the same server in turn. */
export async function benchHotSku({ seconds, rounds, json }: BenchOptions): Promise<void> {
  const fleet = await startBulkFleet({ skus: SKUS, orders: 0 })
  const database = new pg.Client({ connectionString: fleet.databaseUrl('wms'), options: '-c search_path=wms' })
  await database.connect()
  try {
    const skus = await prepareStock(database)
    const token = await fleet.token('warehouse@example.com', 'wms', 'wms:read wms:reserve')
    const url = `http://127.0.0.1:${fleet.port + WMS_OFFSET}/wms/mcp`
    let reserved = 0
    const reserve = async (skuOf: () => string, duration: number) => {
      const next = () =>
        toolCall(
          'reserve_stock',
          { order_ref: `bench-${randomUUID()}`, lines: [{ sku: skuOf(), qty: 1 }], ttl_s: 86_400 },
          token,
        )
      const result = await callTools({ url, connections: CONNECTIONS, seconds: duration, next })
      reserved += result.calls
      return result
    }
    const hot = () => HOT_SKU
    const uniform = () => skus[Math.floor(Math.random() * skus.length)] ?? HOT_SKU
    for (const skuOf of [hot, uniform]) await reserve(skuOf, WARM_UP_SECONDS)
    const runs: Round[] = []
    for (let round = 1; round <= rounds; round++)
      runs.push({ hot: await reserve(hot, seconds), uniform: await reserve(uniform, seconds) })
    await requireProof(database, reserved)
    report(runs, json)
  } finally {
    await database.end()
    await fleet.stop()
  }
}

interface Round {
  hot: LoadResult
  uniform: LoadResult
}

/**
 * Gives the hot SKU units that last, booked as a count would book them.
 *
 * @returns the SKUs that have plenty
 */
async function prepareStock(database: pg.Client): Promise<string[]> {
  await database.query('begin')
  await database.query(
    `with found as (
       update stock_balance set on_hand = on_hand + $2, version = version + 1 where sku = $1 and warehouse_id = 'WH-1'
       returning on_hand
     )
     insert into movement (sku, warehouse_id, kind, from_bucket, to_bucket, qty, cause_type, cause_id, actor, balance_after)
     select $1, 'WH-1', 'recount', 'outside', 'available', $2, 'adjustment', 'bench', 'bench', on_hand from found`,
    [HOT_SKU, HOT_UNITS],
  )
  await database.query(
    `insert into stock_bin (sku, warehouse_id, location, qty) values ($1, 'WH-1', 'RECEIVING', $2)`,
    [HOT_SKU, HOT_UNITS],
  )
  await database.query('commit')
  const { rows } = await database.query(
    `select sku from stock_balance where sku like 'SKU-%' group by sku having sum(available) > $1`,
    [PLENTY],
  )
  return rows.map(({ sku }) => sku)
}

/** Every reservation that was answered is there, nothing was promised twice, and the books agree. */
async function requireProof(database: pg.Client, answered: number): Promise<void> {
  const { rows } = await database.query(
    `select (select count(*)::integer from reservation where order_ref like 'bench-%') as kept,
       (select count(*)::integer from stock_differences) as differences`,
  )
  const { kept, differences } = rows[0]
  if (kept < answered || differences > 0)
    throw new Error(`${answered} reservations were answered, ${kept} are kept, and ${differences} balances are wrong.`)
}

function report(runs: readonly Round[], json: boolean): void {
  const figures = {
    hot_per_second: Math.round(median(runs.map(({ hot }) => hot.callsPerSecond))),
    uniform_per_second: Math.round(median(runs.map(({ uniform }) => uniform.callsPerSecond))),
    hot_p50_ms: median(runs.map(({ hot }) => hot.p50)),
    hot_p99_ms: median(runs.map(({ hot }) => hot.p99)),
    uniform_p99_ms: median(runs.map(({ uniform }) => uniform.p99)),
    connections: CONNECTIONS,
    ratios: { hot_vs_uniform: median(runs.map(({ hot, uniform }) => hot.callsPerSecond / uniform.callsPerSecond)) },
  }
  if (json) {
    console.log(JSON.stringify(figures, undefined, 2))
    return
  }
  console.log(
    `reservations of one hot SKU   ${figures.hot_per_second}/s   p50 ${figures.hot_p50_ms} ms   p99 ${figures.hot_p99_ms} ms   (goal: p99 below 50 ms)`,
  )
  console.log(`reservations of all SKUs      ${figures.uniform_per_second}/s   p99 ${figures.uniform_p99_ms} ms`)
  console.log(`hot against uniform           ${figures.ratios.hot_vs_uniform.toFixed(2)}   (goal: at least 0.80)`)
}
