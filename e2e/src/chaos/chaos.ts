import { startFleet } from '@backroom/fleet-testing'
import { askNobody } from '../retail/policy.ts'
import { busyFleet, domainsWithProcesses, openRetail, type Retail } from '../retail/retail.ts'
import { stockUp } from '../retail/stock.ts'
import { until } from '../until.ts'
import { startDispatcher } from './dispatcher.ts'
import { type Killed, kill, killsOf, type Wanted } from './kills.ts'
import { startOperator } from './operator.ts'
import { type End, ends, goods, startShoppers } from './shoppers.ts'
import { judge, type Verdict } from './verdict.ts'

export interface ChaosOptions extends Wanted {
  /** Decides who buys what, and the order of the kills. */
  seed: number
  runs: number
  /** How many customers there are; all of the demo by default. */
  customers?: number
  /** Told after each kill. */
  onKill?(killed: Killed, number: number): void
}

export interface ChaosReport extends Verdict {
  seed: number
  kills: Killed[]
  orders: Record<End, number>
  /** Stops of the own fleet that were completed. */
  stops: number
  refused: Record<string, number>
  interruptions: Record<string, number>
  /** Processes that a person had go on. */
  retriedByOperator: number
  minutes: number
}

const SETTLE_MS = 240_000
/** Parcels of simulated carriers arrive within seconds. */
const CARRIER_DAY_SECONDS = '0.5'

/** A fleet of its own, customers at work all the time, and processes that die at chosen stages of their orders. */
export async function runChaos({ seed, runs, customers, onKill, ...wanted }: ChaosOptions): Promise<ChaosReport> {
  const began = Date.now()
  const kills = killsOf(seed, runs, wanted)
  const environment = { ...busyFleet, CARRIER_DAY_SECONDS }
  const fleet = await startFleet({ ownPostgres: true, environment })
  const retail = openRetail(fleet)
  const leaving = new AbortController()
  const { signal } = leaving
  try {
    for (const { sku } of goods) await stockUp(retail, sku, 50_000)
    await askNobody(retail)
    const since = new Date()
    const shoppers = startShoppers(retail, { seed, customers, signal })
    const dispatcher = startDispatcher(retail, seed, signal)
    const operator = startOperator(retail, signal)
    const done: Killed[] = []
    for (const one of kills) {
      done.push(await kill(retail, one))
      onKill?.(done.at(-1) as Killed, done.length)
    }
    await shoppers.stop()
    await dispatcher.stop()
    await allEnded(retail)
    await operator.stop()
    const verdict = await judge(retail, shoppers.orders, since)
    const count = (end: End) => shoppers.orders.filter((order) => order.end === end).length
    return {
      ...{ seed, kills: done, ...verdict },
      orders: Object.fromEntries(ends.map((end) => [end, count(end)])) as Record<End, number>,
      stops: dispatcher.delivered,
      refused: Object.fromEntries(shoppers.refused),
      interruptions: Object.fromEntries(shoppers.interruptions),
      retriedByOperator: operator.retried.length,
      minutes: Math.round((Date.now() - began) / 6_000) / 10,
    }
  } finally {
    leaving.abort()
    await retail.close()
    await fleet.stop()
  }
}

/** Waits for every parcel and process; those that do not end are named by the verdict. */
async function allEnded(retail: Retail): Promise<void> {
  const open = async () => {
    const [scans] = await retail.rows<{ count: number }>(
      'tms',
      'select count(*)::int as count from simulated_scan where delivered_at is null',
    )
    if (scans?.count) return true
    const sagas = domainsWithProcesses(retail).map((domain) =>
      retail.rows(domain, 'select from saga where ended_at is null'),
    )
    return (await Promise.all(sagas)).flat().length > 0
  }
  await until('everything has ended', async () => !(await open()), { limitMs: SETTLE_MS }).catch(() => undefined)
}

/** What must not be, in words; empty when the fleet kept every promise. */
export function faultsOf(report: ChaosReport): string[] {
  const { unfinished, untrue, unasked, overcharged, overpaid, oversold, differences } = report
  return Object.entries({ unfinished, untrue, unasked, overcharged, overpaid, oversold, differences }).flatMap(
    ([what, list]) => list.map((one) => `${what}: ${one}`),
  )
}
