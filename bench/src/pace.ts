import { median } from './measure.ts'
import type { toolCall } from './request.ts'

/** What came of calls that were all waited for; every one succeeded. */
export interface Pace {
  calls: number
  /** Calls over the time from the first to the last answer. */
  perSecond: number
  /** Milliseconds. */
  p50: number
  p99: number
}

/** A number of callers who each make one call after the other, until the seconds are over. */
export async function callInTurn(callers: number, seconds: number, call: () => Promise<void>): Promise<Pace> {
  const startedAt = performance.now()
  const took: number[] = []
  const caller = async () => {
    while (performance.now() - startedAt < seconds * 1_000) {
      const calledAt = performance.now()
      await call()
      took.push(performance.now() - calledAt)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return paceOf(took, performance.now() - startedAt)
}

/** Calls that begin at a fixed rate, whether earlier ones have been answered or not. */
export async function callAtRate(rate: number, seconds: number, call: () => Promise<void>): Promise<Pace> {
  const startedAt = performance.now()
  const took = await Promise.all(
    Array.from({ length: rate * seconds }, async (_, index) => {
      const dueAt = startedAt + (index * 1_000) / rate
      await new Promise((resolve) => setTimeout(resolve, dueAt - performance.now()))
      await call()
      return performance.now() - dueAt
    }),
  )
  return paceOf(took, performance.now() - startedAt)
}

/**
 * Makes one call.
 *
 * @throws when it is not answered with the tool's own result
 */
export async function succeed(url: string, { headers, body }: ReturnType<typeof toolCall>): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers, body })
  const text = await answer.text()
  const { result } = JSON.parse(text) as { result?: { isError?: boolean } }
  if (!result || result.isError) throw new Error(`A call was answered ${text.slice(0, 300)}`)
}

function paceOf(took: number[], ms: number): Pace {
  const sorted = took.toSorted((a, b) => a - b)
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN
  return {
    calls: took.length,
    perSecond: (took.length * 1_000) / ms,
    p50: Math.round(median(took)),
    p99: Math.round(p99),
  }
}
