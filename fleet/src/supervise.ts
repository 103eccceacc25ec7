import { setTimeout as sleep } from 'node:timers/promises'

/** A process that runs. */
export interface Running {
  pid: number
  /** Fulfilled with the reason when it has ended, whoever ended it. */
  ended: Promise<string>
  stop(): Promise<void>
}

/** What the operator is told about one process. */
export interface Events {
  /** It ended by itself and is being started again. */
  crashed(reason: string): void
  /** It is healthy again, under a new process id. */
  recovered(pid: number): void
  /** It could not be started again; the next attempt follows after `wait` ms. */
  stillDown(reason: string, wait: number): void
}

/** A process that is started again whenever it ends, until it is stopped. */
export interface Supervised {
  /** Rejected when the first start fails; nothing is supervised then. */
  healthy: Promise<void>
  stop(): Promise<void>
}

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 15_000
const HEALTHY_AFTER_MS = 15_000

/** Keeps a process running. `launch` resolves when it is healthy and must give up when its signal fires. */
export function supervise(launch: (halt: AbortSignal) => Promise<Running>, events: Events): Supervised {
  const halt = new AbortController()
  const first = launch(halt.signal)
  const supervision = first.then(
    (running) => keepRunning(running, launch, events, halt.signal),
    () => undefined,
  )
  return {
    healthy: first.then(() => undefined),
    stop() {
      halt.abort()
      return supervision
    },
  }
}

async function keepRunning(
  first: Running,
  launch: (halt: AbortSignal) => Promise<Running>,
  events: Events,
  halt: AbortSignal,
): Promise<void> {
  const halted = new Promise<undefined>((resolve) => {
    if (halt.aborted) resolve(undefined)
    halt.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  let running = first
  let wait = FIRST_WAIT_MS
  for (;;) {
    const since = Date.now()
    const reason = await Promise.race([running.ended, halted])
    if (reason === undefined) return running.stop()
    if (Date.now() - since > HEALTHY_AFTER_MS) wait = FIRST_WAIT_MS
    events.crashed(reason)
    const next = await relaunch()
    if (!next) return
    running = next
    events.recovered(running.pid)
  }

  async function relaunch(): Promise<Running | undefined> {
    while (!halt.aborted) {
      await sleep(wait, undefined, { signal: halt }).catch(() => undefined)
      if (halt.aborted) return undefined
      wait = Math.min(wait * 2, LONGEST_WAIT_MS)
      try {
        return await launch(halt)
      } catch (error) {
        if (!halt.aborted) events.stillDown((error as Error).message, wait)
      }
    }
    return undefined
  }
}
