import { startFleet } from '@backroom/fleet-testing'
import { busyFleet, openRetail, type Retail } from '../retail/retail.ts'
import { stockUp } from '../retail/stock.ts'
import { until } from '../until.ts'
import { type Killed, kill, killsOf, type Wanted } from './kills.ts'
import { startOperator } from './operator.ts'
import { goods, startShoppers } from './shoppers.ts'
import { judge, type Verdict } from './verdict.ts'

export interface ChaosOptions extends Wanted {
  /** Decides who buys what, and the order of the kills. */
  seed: number
  runs: number
  /** Told after each kill. */
  onKill?(killed: Killed, number: number): void
}

export interface ChaosReport extends Verdict {
  seed: number
  kills: Killed[]
  orders: Record<'kept' | 'cancelled' | 'shipped', number>
  refused: Record<string, number>
  interruptions: Record<string, number>
  /** Processes that a person had go on. */
  retriedByOperator: number
  minutes: number
}

const SETTLE_MS = 240_000

/** A fleet of its own, customers at work all the time, and processes that die at chosen stages of their orders. */
export async function runChaos({ seed, runs, onKill, ...wanted }: ChaosOptions): Promise<ChaosReport> {
  const began = Date.now()
  const kills = killsOf(seed, runs, wanted)
  const fleet = await startFleet({ ownPostgres: true, environment: busyFleet })
  const retail = openRetail(fleet)
  try {
    for (const { sku } of goods) await stockUp(retail, sku, 50_000)
    const since = new Date()
    const shoppers = startShoppers(retail, seed)
    const operator = startOperator(retail)
    const done: Killed[] = []
    for (const one of kills) {
      done.push(await kill(retail, one))
      onKill?.(done.at(-1) as Killed, done.length)
    }
    await shoppers.stop()
    await allEnded(retail)
    await operator.stop()
    const verdict = await judge(retail, shoppers.orders, since)
    const ends = (end: string) => shoppers.orders.filter((order) => order.end === end).length
    return {
      ...{ seed, kills: done, ...verdict },
      orders: { kept: ends('kept'), cancelled: ends('cancelled'), shipped: ends('shipped') },
      refused: Object.fromEntries(shoppers.refused),
      interruptions: Object.fromEntries(shoppers.interruptions),
      retriedByOperator: operator.retried.length,
      minutes: Math.round((Date.now() - began) / 6_000) / 10,
    }
  } finally {
    await retail.close()
    await fleet.stop()
  }
}

/** Waits for every process; those that do not end are named by the verdict. */
async function allEnded({ rows }: Retail): Promise<void> {
  const open = async () => {
    const domains = ['oms', 'wms', 'payments'] as const
    const found = await Promise.all(domains.map((domain) => rows(domain, 'select from saga where ended_at is null')))
    return found.flat().length
  }
  await until('every process has ended', async () => (await open()) === 0, { limitMs: SETTLE_MS }).catch(
    () => undefined,
  )
}

/** What must not be, in words; empty when the fleet kept every promise. */
export function faultsOf(report: ChaosReport): string[] {
  const { unfinished, untrue, unasked, overcharged, oversold, differences } = report
  return Object.entries({ unfinished, untrue, unasked, overcharged, oversold, differences }).flatMap(([what, list]) =>
    list.map((one) => `${what}: ${one}`),
  )
}
