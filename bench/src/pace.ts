import { median } from './measure.ts'
import type { toolCall } from './request.ts'

/** A call, and whether it was answered or the fleet asked to come again later. */
type Call = () => Promise<'answered' | 'unavailable'>

/** What came of calls that were all waited for. */
export interface Pace {
  /** Calls that succeeded; the figures below are theirs. */
  calls: number
  /** Calls that the fleet, with more to do than it can, asked to make again. */
  unavailable: number
  /** Calls over the time from the first to the last answer. */
  perSecond: number
  /** Milliseconds. */
  p50: number
  p99: number
}

/** A number of callers who each make one call after the other, until the seconds are over. */
export async function callInTurn(callers: number, seconds: number, call: Call): Promise<Pace> {
  const startedAt = performance.now()
  const took: (number | undefined)[] = []
  const caller = async () => {
    while (performance.now() - startedAt < seconds * 1_000) {
      const calledAt = performance.now()
      const outcome = await call()
      took.push(outcome === 'answered' ? performance.now() - calledAt : undefined)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return paceOf(took, performance.now() - startedAt)
}

/** Calls that begin at a fixed rate, whether earlier ones have been answered or not. */
export async function callAtRate(rate: number, seconds: number, call: Call): Promise<Pace> {
  const startedAt = performance.now()
  const took = await Promise.all(
    Array.from({ length: rate * seconds }, async (_, index) => {
      const dueAt = startedAt + (index * 1_000) / rate
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueAt - performance.now())))
      const outcome = await call()
      return outcome === 'answered' ? performance.now() - dueAt : undefined
    }),
  )
  return paceOf(took, performance.now() - startedAt)
}

/**
 * Makes one call.
 *
 * @throws when it is answered with another error than `unavailable`
 */
export async function attempt(
  url: string,
  { headers, body }: ReturnType<typeof toolCall>,
): Promise<'answered' | 'unavailable'> {
  const answer = await fetch(url, { method: 'POST', headers, body })
  const text = await answer.text()
  const { result } = JSON.parse(text) as {
    result?: { isError?: boolean; structuredContent?: { code?: string } }
  }
  if (result && !result.isError) return 'answered'
  if (result?.structuredContent?.code === 'unavailable') return 'unavailable'
  throw new Error(`A call was answered ${text.slice(0, 300)}`)
}

function paceOf(took: readonly (number | undefined)[], ms: number): Pace {
  const sorted = took.filter((one) => one !== undefined).toSorted((a, b) => a - b)
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN
  return {
    calls: sorted.length,
    unavailable: took.length - sorted.length,
    perSecond: (sorted.length * 1_000) / ms,
    p50: Math.round(median(sorted)),
    p99: Math.round(p99),
  }
}
