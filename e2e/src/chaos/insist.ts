import { setTimeout as sleep } from 'node:timers/promises'
import type { DomainName } from '@backroom/access'
import type { Answer } from '../plain-calls.ts'
import type { Retail, Who } from '../retail/retail.ts'

/** One thing that a client wants done once. */
export interface Intent {
  domain: DomainName
  tool: string
  args: object
  who: Who
  /** The same for every repetition. */
  key: string
}

/** What an intent came to: done, or refused for good. */
export type Outcome = { done: true; body: Record<string, unknown> } | { done: false; code: string; message: string }

/** Repeats intents until the fleet says yes or no, always with the same key, as every client should. */
export interface Insisting {
  (intent: Intent): Promise<Outcome>
  /** Answers that were neither: how often, by what they said. */
  readonly interruptions: Map<string, number>
}

const PAUSE_MS = 100
const GIVE_UP_MS = 180_000

/** @param signal makes whoever still insists give up */
export function insisting(retail: Pick<Retail, 'call'>, signal?: AbortSignal): Insisting {
  const interruptions = new Map<string, number>()
  const insist = async ({ domain, tool, args, who, key }: Intent): Promise<Outcome> => {
    const deadline = Date.now() + GIVE_UP_MS
    for (;;) {
      const answer = await retail.call(domain, tool, args, who, key).catch((error: Error) => error)
      const said = answer instanceof Error ? 'no answer' : wordOf(answer)
      if (!(answer instanceof Error)) {
        if (answer.status === 200) return { done: true, body: answer.body }
        if (said === 'no') return { done: false, code: answer.body.code, message: answer.body.message }
      }
      interruptions.set(said, (interruptions.get(said) ?? 0) + 1)
      if (Date.now() > deadline) throw new Error(`${tool} got no final answer: ${said}`)
      await sleep(PAUSE_MS, undefined, { signal })
    }
  }
  return Object.assign(insist, { interruptions })
}

/** `no` is final; everything else is worth a repetition. */
function wordOf({ status, body }: Answer): string {
  if (status === 202) return 'in progress'
  if (status === 401 || status >= 500 || body?.retryable || body?.code === 'idempotency_in_flight')
    return body?.code ?? String(status)
  return body?.code ? 'no' : String(status)
}
