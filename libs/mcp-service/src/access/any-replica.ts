import { type LookupAddress, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'

/**
 * Resolves a name to its addresses in random order, so that connections spread over the replicas of a server; one that
 * refuses is followed by the next. The system's own order would prefer the same replica every time.
 */
export const anyReplica: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const shuffled = inRandomOrder(addresses ?? [])
    const [first] = shuffled
    if (error || !first) return done(error ?? new Error(`${hostname} has no address`), [])
    if (options.all) return done(null, shuffled)
    done(null, first.address, first.family)
  })
}

function inRandomOrder(addresses: readonly LookupAddress[]): LookupAddress[] {
  return addresses
    .map((address) => ({ address, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ address }) => address)
}
