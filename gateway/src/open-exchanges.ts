import { setTimeout as wait } from 'node:timers/promises'
import type { Refusal } from './refusal.ts'

/** A request that is being passed on. */
export interface Exchange {
  /** Whether its answer has begun. */
  hasBegun(): boolean
  /** Ends the answer where it is, or answers with the refusal when it has not begun. */
  end(refusal: Refusal): void
}

/** The requests in flight, so that closing can let them finish and then end them. */
export interface OpenExchanges {
  add(exchange: Exchange): Exchange
  remove(exchange: Exchange): void
  /** Waits for all to finish; ends streams after `streamsMs`, everything after `callsMs`. */
  drain(window: DrainWindow): Promise<void>
}

/** Milliseconds that open streams and unanswered calls get before they are ended. */
export interface DrainWindow {
  streamsMs: number
  callsMs: number
}

const closing: Refusal = {
  status: 503,
  error: 'restarting',
  message: 'The gateway is restarting. The request may have taken effect: repeat it with the same idempotency key.',
  retryAfter: 2,
}

export function createOpenExchanges(): OpenExchanges {
  const open = new Set<Exchange>()
  let allFinished: (() => void) | undefined

  const endAfter = async (ms: number, signal: AbortSignal, which: (exchange: Exchange) => boolean) => {
    await wait(ms, undefined, { signal })
    for (const exchange of open) if (which(exchange)) exchange.end(closing)
  }

  return {
    add(exchange) {
      open.add(exchange)
      return exchange
    },
    remove(exchange) {
      open.delete(exchange)
      if (open.size === 0) allFinished?.()
    },
    async drain({ streamsMs, callsMs }) {
      if (open.size === 0) return
      const finished = new AbortController()
      const ends = [
        endAfter(streamsMs, finished.signal, (exchange) => exchange.hasBegun()),
        endAfter(callsMs, finished.signal, () => true),
      ]
      await new Promise<void>((resolve) => {
        allFinished = resolve
      })
      finished.abort()
      await Promise.allSettled(ends)
    },
  }
}
