import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit'
import { type AnyDatabase, takePermits } from './table.ts'

/** Share of a limit that a replica takes at a time, and that it gives to each key without asking. */
const BLOCK = 0.02
const MAX_KEYS = 20_000

/** What one replica may still give to one key. */
interface Allowance {
  /** Permits given to the key by this replica in the window. */
  given: number
  /** Permits that it holds and has not given. */
  left: number
  /** Given before it asked the table for the first time. */
  unreported: number
  /** All replicas together have given what there was. */
  spent: boolean
  endsAt: number
  /** The block that is being fetched; whoever needs a permit meanwhile waits for it. */
  fetching: Promise<void> | undefined
}

/**
 * A store for `@fastify/rate-limit` that counts over all replicas: each takes permits from a table in blocks of 2 % of the
 * limit, so that one call in fifty asks the database, and callers far below their limit never do. All replicas together
 * give at most 2 % a replica more than the limit. While the database does not answer, each replica counts for itself.
 *
 * @param name keeps limits of one schema apart
 */
export function sharedStore(db: AnyDatabase, name: string, warn: (error: unknown) => void): FastifyRateLimitStoreCtor {
  let limits = 0
  const create = (): FastifyRateLimitStore => storeOf(db, `${name}|${limits++}`, warn, create)
  // The plugin makes its store with `new`, and takes what that returns.
  function SharedStore() {
    return create()
  }
  return SharedStore as unknown as FastifyRateLimitStoreCtor
}

function storeOf(
  db: AnyDatabase,
  prefix: string,
  warn: (error: unknown) => void,
  child: () => FastifyRateLimitStore,
): FastifyRateLimitStore {
  const allowances = new Map<string, Allowance>()

  const fetchBlock = async (key: string, allowance: Allowance, windowMs: number, max: number): Promise<void> => {
    const block = Math.max(1, Math.floor(max * BLOCK))
    const asked = allowance.unreported + block
    try {
      const { used, endsInMs } = await takePermits(db, `${prefix}|${key}`, asked, windowMs)
      allowance.unreported = 0
      allowance.left = Math.min(block, max - (used - block))
      allowance.endsAt = Date.now() + endsInMs
    } catch (error) {
      warn(error)
      allowance.left = Math.min(block, max - allowance.given)
    }
    allowance.spent = allowance.left <= 0
  }
  const take = async (key: string, windowMs: number, max: number): Promise<{ current: number; ttl: number }> => {
    const allowance = allowanceOf(allowances, key, windowMs, max)
    while (allowance.left <= 0 && !allowance.spent) {
      allowance.fetching ??= fetchBlock(key, allowance, windowMs, max).finally(() => {
        allowance.fetching = undefined
      })
      await allowance.fetching
    }
    const ttl = Math.max(1, allowance.endsAt - Date.now())
    if (allowance.left <= 0) return { current: max + 1, ttl }
    allowance.left--
    allowance.given++
    return { current: Math.min(allowance.given, max), ttl }
  }
  return {
    incr(key, done, windowMs, max) {
      take(String(key), windowMs, max).then(
        (result) => done(null, result),
        (error: Error) => done(error),
      )
    },
    child,
  }
}

/** The running allowance of a key, or a new one; the first permits of a window are given without asking. */
function allowanceOf(all: Map<string, Allowance>, key: string, windowMs: number, max: number): Allowance {
  const known = all.get(key)
  if (known && known.endsAt > Date.now()) return known
  const free = Math.floor(max * BLOCK)
  const fresh: Allowance = {
    given: 0,
    left: free,
    unreported: free,
    spent: false,
    endsAt: Date.now() + windowMs,
    fetching: undefined,
  }
  if (all.size >= MAX_KEYS) all.delete(all.keys().next().value as string)
  all.delete(key)
  all.set(key, fresh)
  return fresh
}
