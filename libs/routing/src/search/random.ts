// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
/** A source of random numbers that depends on the seed alone. */
export interface Random {
  /** At least 0, less than 1. */
  next(): number
  /** A whole number of at least 0, less than `limit`. */
  below(limit: number): number
}

/** Chris Doty-Humphrey's sfc32. */
export function createRandom(seed: number): Random {
  const state = new Int32Array([seed | 0, Math.floor(seed / 2 ** 32) | 0, 0x2c1b3c6d, 1])
  const next = () => {
    const sum = ((state[0]! + state[1]!) | 0) + state[3]!
    state[3] = state[3]! + 1
    state[0] = state[1]! ^ (state[1]! >>> 9)
    state[1] = state[2]! + (state[2]! << 3)
    state[2] = ((state[2]! << 21) | (state[2]! >>> 11)) + sum
    return (sum >>> 0) / 4_294_967_296
  }
  for (let round = 0; round < 12; round++) next()
  return { next, below: (limit) => Math.floor(next() * limit) }
}
