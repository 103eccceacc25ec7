import type { RawAnswer, RawClient, RawRequest } from './raw-client.ts'

/** What a fleet answered to many hostile requests. */
export interface FuzzReport {
  /** How often each status was answered. */
  statuses: Record<number, number>
  /** Requests that got a server error, or no answer at all, one line each. */
  faults: string[]
}

/**
 * How MCP says, with status 200, that something broke inside: as the result of a tool, or as a JSON-RPC error. The SDK
 * uses the code of the latter for params of a wrong shape as well; the message is then the list of what is wrong.
 */
const internalError = /"code":"internal"|"code":-32603,"message":"(?!\[)/

/** Sends the requests, `parallel` at a time, and never stops at a fault. */
export async function fuzz(client: RawClient, requests: RawRequest[], parallel: number): Promise<FuzzReport> {
  const report: FuzzReport = { statuses: {}, faults: [] }
  const queue = requests.values()
  const worker = async () => {
    for (const request of queue) {
      const answer: RawAnswer | Error = await client.send(request).catch((error: Error) => error)
      const status = answer instanceof Error ? 0 : answer.status
      report.statuses[status] = (report.statuses[status] ?? 0) + 1
      if (!(answer instanceof Error) && status < 500 && !internalError.test(answer.text)) continue
      const what = answer instanceof Error ? answer.message : `${status} ${answer.text.slice(0, 300)}`
      report.faults.push(`${what} for ${JSON.stringify(request).slice(0, 700)}`)
    }
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  return report
}
