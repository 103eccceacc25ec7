/** Numbers that look random and are the same for the same seed on every machine. */
export interface SeededRandom {
  /** In [0, 1). */
  next(): number
  /** Whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number
  /** One element; the list must not be empty. */
  pick<T>(from: readonly [T, ...T[]] | readonly T[]): T
}

/** A small generator (mulberry32) for demo data and tests. Not for secrets. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return { next, integer, pick: (from) => from[integer(0, from.length - 1)] as (typeof from)[number] }
}
