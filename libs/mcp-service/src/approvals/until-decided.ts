import type { Runtime } from '../runtime.ts'
import { findRequest } from './request.ts'

const LOOK_MS = 2_000

/** Waits until a request is no longer pending: at most so long, or until the signal. Tells whether it is so. */
export async function untilDecided(
  { db, changes }: Runtime,
  id: string,
  { ms, signal }: { ms: number; signal: AbortSignal },
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const look = () =>
    findRequest(db, id).then(
      (request) => request?.status !== 'pending' && resolve(true),
      () => undefined,
    )
  const stopListening = changes.bus.subscribe((event) => {
    if (event.kind === 'resource_updated' && event.uri.startsWith(`approvals://${id}`)) void look()
  })
  const giveUp = () => resolve(false)
  const timers = [setInterval(look, LOOK_MS), setTimeout(giveUp, ms)]
  signal.addEventListener('abort', giveUp, { once: true })
  void look()
  try {
    return await promise
  } finally {
    stopListening()
    for (const timer of timers) clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}
