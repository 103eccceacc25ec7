import { setTimeout as sleep } from 'node:timers/promises'
import type { DomainName } from '@backroom/access'
import type { Answer, PlainCalls } from '../plain-calls.ts'

/** One thing that a client wants done once, or wants to know. */
export interface Intent {
  domain: DomainName
  tool: string
  token: string
  args: Record<string, unknown>
  /** Of writes. */
  key?: string
}

/** An answer that acknowledged nothing; undefined when the connection broke. */
export type Refusal = Answer | undefined

/** Repeats intents until they are answered, writes with their key, as every client should. */
export interface PersistentCaller {
  /** @throws {Error} when the fleet answers anything that an outage does not explain */
  call(intent: Intent): Promise<Record<string, unknown>>
  /** Answers so far that acknowledged nothing. */
  readonly refusals: readonly Refusal[]
}

const WAIT_MS = 50
const GIVE_UP_MS = 60_000
/** The call outlasted its answer; the same call again joins it. */
const IN_PROGRESS = 202
/** What a broken gateway, a broken upstream and a broken database look like. */
const outages = new Set([502, 503])

/** A caller of one test; many intents may be under way at once. */
export function persistentCaller(calls: PlainCalls): PersistentCaller {
  const refusals: Refusal[] = []
  return {
    refusals,
    async call({ domain, tool, token, args, key }) {
      const deadline = Date.now() + GIVE_UP_MS
      for (;;) {
        const answer = await calls.tool(domain, token, tool, args, key).catch(() => undefined)
        if (answer?.status === 200) return answer.body
        refusals.push(answer)
        if (answer && !isOutage(answer) && answer.status !== IN_PROGRESS)
          throw new Error(`${tool} answered ${answer.status} ${JSON.stringify(answer.body)}`)
        if (Date.now() > deadline) throw new Error(`${tool} was not acknowledged within ${GIVE_UP_MS} ms`)
        await sleep(WAIT_MS)
      }
    },
  }
}

function isOutage({ status, headers, body }: Answer): boolean {
  if (body?.code === 'idempotency_in_flight') return true
  return outages.has(status) && Number(headers.get('retry-after')) > 0
}
