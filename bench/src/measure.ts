import { readFileSync } from 'node:fs'
import autocannon from 'autocannon'

/** A server under load: where it is, what is sent, and whose CPU time counts. */
export interface Target {
  name: string
  url: string
  headers: Record<string, string>
  body: string
  connections: number
  /** Processes whose CPU time is divided by the requests. */
  pids: number[]
}

/** What one run gave. */
export interface Measurement {
  requestsPerSecond: number
  /** CPU time of the target's processes for one request, in microseconds; undefined off Linux. */
  cpuMicroseconds: number | undefined
  /** Milliseconds. */
  p50: number
  p99: number
}

const CLOCK_TICKS_PER_SECOND = 100
const WARM_UP_SECONDS = 8

/** Loads a target until its code is compiled and its connections are open. */
export async function warmUp(target: Target): Promise<void> {
  await load(target, WARM_UP_SECONDS)
}

/**
 * Loads a target for some seconds.
 *
 * @throws when any answer is not a success: a figure over errors means nothing
 */
export async function measure(target: Target, seconds: number): Promise<Measurement> {
  const before = cpuSeconds(target.pids)
  const result = await load(target, seconds)
  const after = cpuSeconds(target.pids)
  const requests = result['2xx']
  if (result.errors + result.timeouts + result.non2xx > 0 || requests === 0) {
    throw new Error(
      `${target.name} answered ${result.non2xx} requests with an error and dropped ${result.errors + result.timeouts}.`,
    )
  }
  return {
    requestsPerSecond: requests / result.duration,
    cpuMicroseconds: before === undefined || after === undefined ? undefined : ((after - before) / requests) * 1e6,
    p50: result.latency.p50,
    p99: result.latency.p99,
  }
}

function load({ url, headers, body, connections }: Target, duration: number) {
  return autocannon({ url, method: 'POST', headers, body, connections, duration })
}

function cpuSeconds(pids: number[]): number | undefined {
  if (process.platform !== 'linux') return undefined
  let ticks = 0
  for (const pid of pids) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / CLOCK_TICKS_PER_SECOND
}

/** The middle of the values. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
