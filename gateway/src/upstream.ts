import { promises as dns, type LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { Pool } from 'undici'

/** One process that answers for an upstream. */
export interface Replica {
  readonly pool: Pool
  /** To be called when it answered, whatever the status. */
  answered(): void
  /** To be called when the connection failed. Answers that are errors are no failure of the transport. */
  failed(): void
}

/** Where requests of a domain, or of auth, go. */
export interface Upstream {
  /** Name for people: a domain, or `auth`. */
  readonly name: string
  /** Origin inside the fleet. */
  readonly origin: string
  /** The next replica in turn that is not known to be down and not among those tried; undefined when none is left. */
  next(tried: readonly Replica[]): Replica | undefined
  /** How many replicas there are by what is known of them. */
  replicas(): { inUse: number; leftOut: number }
  close(): Promise<void>
}

export interface UpstreamOptions {
  /** Longest wait for the headers of an answer, in milliseconds. */
  answerTimeoutMs: number
  /** Finds the addresses of a host name. Default: the system's resolver. */
  lookup?: (hostname: string) => Promise<LookupAddress[]>
}

const RESOLVE_EVERY_MS = 5_000
const FAILURES_TO_OPEN = 5
const OPEN_MS = 1_000

/**
 * Spreads requests over all addresses of a host name, resolved again every 5 s. A replica whose transport failed five
 * times in a row is left out for a second, then one request tries it again.
 */
export function createUpstream(name: string, url: string, options: UpstreamOptions): Upstream {
  const origin = new URL(url)
  const hostname = origin.hostname.replace(/^\[|\]$/g, '')
  let replicas = new Map([[hostname, createReplica(origin, hostname, options)]])
  let turn = 0

  const resolve = async () => {
    const found = await (options.lookup ?? systemLookup)(hostname).catch(() => [])
    if (found.length === 0) return
    const known = replicas
    replicas = new Map(
      found.map(({ address }) => [address, known.get(address) ?? createReplica(origin, address, options)]),
    )
    for (const [address, replica] of known) if (!replicas.has(address)) void replica.pool.close()
  }
  const resolving = isIP(hostname) === 0 ? setInterval(resolve, RESOLVE_EVERY_MS).unref() : undefined
  if (resolving) void resolve()

  return {
    name,
    origin: origin.origin,
    next(tried) {
      const all = [...replicas.values()]
      for (let i = 0; i < all.length; i++) {
        const replica = all[turn++ % all.length]
        if (replica && !tried.includes(replica) && replica.mayTry()) return replica
      }
      return undefined
    },
    replicas() {
      const all = [...replicas.values()]
      const leftOut = all.filter((replica) => replica.isLeftOut()).length
      return { inUse: all.length - leftOut, leftOut }
    },
    async close() {
      clearInterval(resolving)
      await Promise.all([...replicas.values()].map(({ pool }) => pool.destroy()))
    },
  }
}

const systemLookup = (hostname: string) => dns.lookup(hostname, { all: true })

function createReplica(origin: URL, address: string, { answerTimeoutMs }: UpstreamOptions) {
  const host = isIP(address) === 6 ? `[${address}]` : address
  const pool = new Pool(`${origin.protocol}//${host}${origin.port ? `:${origin.port}` : ''}`, {
    // Every open stream holds a connection, so their number must not be bounded here.
    connections: null,
    pipelining: 1,
    allowH2: false,
    headersTimeout: answerTimeoutMs,
    bodyTimeout: 0,
    maxHeaderSize: 32 * 1024,
    connect: { timeout: 3_000, ...(isIP(origin.hostname) ? {} : { servername: origin.hostname }) },
  })
  let failures = 0
  let tryAgainAt = 0
  const isLeftOut = () => failures >= FAILURES_TO_OPEN
  return {
    pool,
    isLeftOut,
    mayTry() {
      if (!isLeftOut()) return true
      const now = Date.now()
      if (now < tryAgainAt) return false
      tryAgainAt = now + OPEN_MS
      return true
    },
    answered() {
      failures = 0
    },
    failed() {
      failures++
      tryAgainAt = Date.now() + OPEN_MS
    },
  }
}
