import { hash } from 'node:crypto'
import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit'
import { type AnyDatabase, takePermits } from './table.ts'

/** Share of a limit that a replica takes at a time, and that it gives to each key without asking. */
const BLOCK = 0.02
const MAX_KEYS = 20_000
/** For so long after a failure the database is not asked: each try may cost the time of a connection. */
const AWAY_MS = 2_000

/** What one replica may still give to one key. */
interface Allowance {
  /** Permits given to the key by this replica in the window. */
  given: number
  /** Permits that it holds and has not given. */
  left: number
  /** Given without the table's knowing. */
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
 * @param name keeps limits of one schema apart; those of routes are kept apart by their method and path
 */
export function sharedStore(db: AnyDatabase, name: string, warn: (error: unknown) => void): FastifyRateLimitStoreCtor {
  const create = (limit: string): FastifyRateLimitStore =>
    storeOf(db, `${name}|${limit}`, warn, ({ routeInfo = {} }) => create(`${routeInfo.method} ${routeInfo.url}`))
  // The plugin makes its store with `new`, and takes what that returns.
  function SharedStore() {
    return create('')
  }
  return SharedStore as unknown as FastifyRateLimitStoreCtor
}

/** What the plugin says of a limit of its own; of no route for one that is made by hand. */
interface LimitParameters {
  routeInfo?: { method?: unknown; url?: string }
}

function storeOf(
  db: AnyDatabase,
  prefix: string,
  warn: (error: unknown) => void,
  child: (parameters: LimitParameters) => FastifyRateLimitStore,
): FastifyRateLimitStore {
  const allowances = new Map<string, Allowance>()
  let awayUntil = 0

  /** Keys may be long, or somebody's address: the table has their hash. */
  const permits = async (key: string, count: number, windowMs: number) => {
    if (Date.now() < awayUntil) return undefined
    return takePermits(db, `${prefix}|${hash('sha256', key, 'base64url')}`, count, windowMs).catch((error) => {
      awayUntil = Date.now() + AWAY_MS
      warn(error)
    })
  }

  const fetchBlock = async (key: string, allowance: Allowance, windowMs: number, max: number): Promise<void> => {
    const block = Math.max(1, Math.floor(max * BLOCK))
    const taken = await permits(key, allowance.unreported + block, windowMs)
    if (taken) {
      allowance.unreported = 0
      allowance.left = Math.min(block, max - (taken.used - block))
      allowance.endsAt = Date.now() + taken.endsInMs
    } else {
      allowance.left = Math.min(block, max - allowance.given)
      allowance.unreported += Math.max(0, allowance.left)
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
    child: child as FastifyRateLimitStore['child'],
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
