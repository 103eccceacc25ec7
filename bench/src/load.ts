import autocannon from 'autocannon'
import type { toolCall } from './request.ts'

/** Tool calls that follow each other on every connection. */
export interface Load {
  url: string
  connections: number
  seconds: number
  /** The next call; no two need be alike. */
  next(): ReturnType<typeof toolCall>
}

/** What came of a load. Every call succeeded. */
export interface LoadResult {
  callsPerSecond: number
  calls: number
  /** Milliseconds. */
  p50: number
  p99: number
}

/**
 * Makes different tool calls for some seconds.
 *
 * @throws when any of them is not answered with the tool's own result: a figure over errors means nothing
 */
export async function callTools({ url, connections, seconds, next }: Load): Promise<LoadResult> {
  const failures: string[] = []
  let calls = 0
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: [
      {
        method: 'POST',
        setupRequest: (request) => {
          const { headers, body } = next()
          return { ...request, headers, body }
        },
        onResponse(status, body) {
          if (status === 200 && !isError(body)) calls++
          else failures.push(body.slice(0, 300))
        },
      },
    ],
  })
  if (failures.length + result.errors + result.timeouts > 0 || calls === 0)
    throw new Error(`${failures.length + result.errors + result.timeouts} calls failed: ${failures[0] ?? 'no answer'}`)
  return {
    callsPerSecond: calls / result.duration,
    calls,
    p50: result.latency.p50,
    p99: result.latency.p99,
  }
}

function isError(body: string): boolean {
  const { result } = JSON.parse(body) as { result?: { isError?: boolean } }
  return !result || result.isError === true
}
