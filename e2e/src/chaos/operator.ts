import { setTimeout as sleep } from 'node:timers/promises'
import type { DomainName } from '@backroom/access'
import { domainsWithProcesses, type Retail } from '../retail/retail.ts'

/** Somebody who has parked processes go on: a process whose server died five times within minutes waits for a person. */
export interface Operator {
  /** Reasons of the processes that were retried. */
  readonly retried: readonly string[]
  stop(): Promise<void>
}

const LOOK_MS = 1_000

/** @param signal sends the operator home at once */
export function startOperator(retail: Retail, signal: AbortSignal): Operator {
  const { rows, call } = retail
  const retried: string[] = []
  let isOver = false
  const look = async () => {
    const parked = await rows<{ id: string; reason: string }>(
      'oms',
      `select id, parked->>'reason' as reason from saga where state = 'parked' and verdict is null`,
    )
    for (const { id, reason } of parked) {
      const { status } = await call('oms', 'retry_saga_step', { saga_id: id }, 'admin')
      if (status === 200) retried.push(reason)
    }
    for (const domain of domainsWithProcesses(retail)) if (domain !== 'oms') retried.push(...(await retryIn(domain)))
  }
  /** What `npm run processes -- retry` does where no tool does it. */
  const retryIn = async (domain: DomainName) => {
    const goingOn = await rows<{ reason: string }>(
      domain,
      `update saga set verdict = 'retry' where state = 'parked' and verdict is null returning parked->>'reason' as reason`,
    )
    return goingOn.map(({ reason }) => reason)
  }
  const work = async () => {
    while (!isOver && !signal.aborted) {
      // The servers that it asks are killed all the time: it looks again.
      await look().catch(() => undefined)
      await sleep(LOOK_MS)
    }
  }
  const ended = work()
  return {
    retried,
    async stop() {
      isOver = true
      await ended
    },
  }
}
