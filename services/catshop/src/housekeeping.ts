import { setTimeout as pause } from 'node:timers/promises'
import type { BackgroundContext } from '@backroom/mcp-service'
import { rankProducts } from './best-sellers.ts'
import { settle } from './checkout-ending.ts'
import { unfinishedSessions } from './checkout-session.ts'
import type { Tables } from './database-tables.ts'

const SETTLE_MS = 3_000
const RANK_MS = 86_400_000
/** A caller who is there waits less than this for an answer. */
const ABANDONED_SECONDS = 10

/**
 * Brings purchases to their end whose caller has gone or whose process died: every few seconds OMS is asked again, with the
 * shop's own token, until each is an order or refused. Once a day products are ranked anew. Several replicas may do so at
 * once; each answer is booked once.
 *
 * @returns stops it and waits for the round under way
 */
export function startHousekeeping({
  db,
  log,
  callService,
}: Pick<BackgroundContext<Tables>, 'db' | 'log' | 'callService'>): () => Promise<void> {
  const stopping = new AbortController()
  const { signal } = stopping
  const settleAbandoned = async () => {
    for (const session of await unfinishedSessions(db, ABANDONED_SECONDS)) {
      if (signal.aborted) return
      await settle(db, session, callService).catch((error: Error) =>
        log.info(
          { checkout: session.checkout_id, reason: error.message },
          'a purchase without its caller has no order',
        ),
      )
    }
  }
  const running = [
    repeat(SETTLE_MS, signal, () =>
      settleAbandoned().catch((error) => log.warn({ err: error }, 'purchases are looked at again shortly')),
    ),
    repeat(RANK_MS, signal, () =>
      rankProducts(db).catch((error) => log.warn({ err: error }, 'products are ranked again tomorrow')),
    ),
  ]
  return async () => {
    stopping.abort()
    await Promise.all(running)
  }
}

/** One round after the other from now on, with a pause between them that ends with the signal. */
async function repeat(pauseMs: number, signal: AbortSignal, round: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await round()
    await pause(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}
