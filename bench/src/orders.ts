import { demoCustomers } from '@backroom/demo-data'
import type { TestFleet } from '@backroom/fleet-testing'
import { startBulkFleet } from './bulk-fleet.ts'
import { cpuSeconds } from './cpu.ts'
import { median } from './measure.ts'
import type { BenchOptions } from './options.ts'
import { attempt, callAtRate, callInTurn, type Pace } from './pace.ts'
import { toolCall } from './request.ts'

const SKUS = 10_000
const CALLERS = 16
const WARM_UP_SECONDS = 10
/** Orders a second at the peak of a very large retailer. */
const PEAK_RATE = 50
const P99_GOAL_MS = 250
const processes = ['gateway', 'auth', 'catshop', 'oms', 'wms', 'payments', 'psp', 'postgres']

/** Whole checkouts, from the customer's call at the gateway until the order is confirmed, paid for and allocated. */
export async function benchOrders({ seconds, rounds, json }: BenchOptions): Promise<void> {
  const fleet = await startBulkFleet({ skus: SKUS, orders: 0 })
  try {
    const buy = await buyers(fleet)
    await callInTurn(CALLERS, WARM_UP_SECONDS, buy)
    const runs: Run[] = []
    for (let round = 1; round <= rounds; round++)
      runs.push(await measured(fleet, () => callInTurn(CALLERS, seconds, buy)))
    const steady: Pace[] = []
    for (let round = 1; round <= rounds; round++) steady.push(await callAtRate(PEAK_RATE, seconds, buy))
    report(runs, steady, json)
  } finally {
    await fleet.stop()
  }
}

/** A call by which the next of the customers buys one unit of the next product at once. */
async function buyers(fleet: TestFleet) {
  const tokens: string[] = []
  for (const { email } of demoCustomers) tokens.push(await fleet.token(email, 'catshop', 'catshop:read catshop:write'))
  let turn = 0
  return () => {
    turn++
    const product = `prod-b${(1 + ((turn * 7_919) % SKUS)).toString(16).padStart(8, '0')}`
    const args = { product_id: product, quantity: 1, force_new: true }
    return attempt(
      `${fleet.publicUrl}/catshop/mcp`,
      toolCall('order_product', args, tokens[turn % tokens.length] ?? ''),
    )
  }
}

interface Run extends Pace {
  /** CPU milliseconds of each process for one checkout. */
  cpu: Record<string, number>
}

async function measured(fleet: TestFleet, load: () => Promise<Pace>): Promise<Run> {
  const used = () => processes.map((name) => cpuSeconds(fleet.pid(name)) ?? Number.NaN)
  const before = used()
  const result = await load()
  const after = used()
  const spent = processes.map((name, index) => [name, 1_000 * ((after[index] ?? 0) - (before[index] ?? 0))] as const)
  return { ...result, cpu: Object.fromEntries(spent.map(([name, ms]) => [name, ms / result.calls])) }
}

function report(runs: readonly Run[], steady: readonly Pace[], json: boolean): void {
  const cpu = Object.fromEntries(
    processes.map((name) => [name, median(runs.map((run) => run.cpu[name] ?? Number.NaN))]),
  )
  const total = Object.values(cpu).reduce((sum, ms) => sum + ms, 0)
  const figures = {
    checkouts_per_second: round(median(runs.map((run) => run.perSecond))),
    p50_ms: median(runs.map(({ p50 }) => p50)),
    p99_ms: median(runs.map(({ p99 }) => p99)),
    unavailable: runs.reduce((sum, run) => sum + run.unavailable, 0),
    callers: CALLERS,
    at_peak_rate: {
      offered_per_second: PEAK_RATE,
      checkouts_per_second: round(median(steady.map((run) => run.perSecond))),
      p50_ms: median(steady.map(({ p50 }) => p50)),
      p99_ms: median(steady.map(({ p99 }) => p99)),
      unavailable: steady.reduce((sum, run) => sum + run.unavailable, 0),
    },
    cpu_ms_per_checkout: round(total),
    cpu_share: Object.fromEntries(Object.entries(cpu).map(([name, ms]) => [name, round(ms / total, 3)])),
  }
  if (json) {
    console.log(JSON.stringify(figures, undefined, 2))
    return
  }
  const { cpu_share, at_peak_rate: peak } = figures
  console.log(
    `checkouts, ${CALLERS} at a time   ${figures.checkouts_per_second}/s   p50 ${figures.p50_ms} ms   p99 ${figures.p99_ms} ms   ${figures.unavailable} asked to come again`,
  )
  console.log(
    `${PEAK_RATE} a second offered     ${peak.checkouts_per_second}/s   p50 ${peak.p50_ms} ms   p99 ${peak.p99_ms} ms   ${peak.unavailable} asked to come again   (goal: p99 below ${P99_GOAL_MS} ms)`,
  )
  console.log(`CPU for one checkout: ${figures.cpu_ms_per_checkout} ms`)
  console.table(
    Object.entries(cpu_share).map(([name, share]) => ({
      process: name,
      'share of CPU': `${(share * 100).toFixed(1)} %`,
    })),
  )
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits))
}
