import type { BackgroundContext } from '@backroom/mcp-service'
import { settle } from './checkout-ending.ts'
import { unfinishedSessions } from './checkout-session.ts'
import type { Tables } from './database-tables.ts'

const PAUSE_MS = 3_000
/** A caller who is there waits less than this for an answer. */
const ABANDONED_SECONDS = 10

/**
 * Brings purchases to their end whose caller has gone or whose process died: every few seconds OMS is asked again, with the
 * shop's own token, until each is an order or refused. Several replicas may ask at once; each answer is booked once.
 *
 * @returns stops it and waits for the round under way
 */
export function startHousekeeping({
  db,
  log,
  callService,
}: Pick<BackgroundContext<Tables>, 'db' | 'log' | 'callService'>): () => Promise<void> {
  let stopped = false
  let wake = () => {}
  const round = async () => {
    for (const session of await unfinishedSessions(db, ABANDONED_SECONDS)) {
      if (stopped) return
      await settle(db, session, callService).catch((error: Error) =>
        log.info(
          { checkout: session.checkout_id, reason: error.message },
          'a purchase without its caller has no order',
        ),
      )
    }
  }
  const loop = async () => {
    while (!stopped) {
      await round().catch((error) => log.warn({ err: error }, 'purchases are looked at again shortly'))
      if (stopped) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, PAUSE_MS)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
  const running = loop()
  return async () => {
    stopped = true
    wake()
    await running
  }
}
