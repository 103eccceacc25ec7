/**
 * Divides an amount by weights so that the parts add up to it exactly: each part is rounded down, and the units left
 * over go to the parts with the largest remainders, the earlier of equals first. All weights zero: equal parts.
 *
 * @param total minor units, may be negative
 * @param weights whole numbers, none negative, at least one
 */
export function allocate(total: number, weights: readonly number[]): number[] {
  if (weights.length === 0) throw new RangeError('an amount cannot be divided among nobody')
  if (total < 0) return allocate(-total, weights).map((part) => 0 - part)
  const shares = weights.some((weight) => weight > 0) ? weights.map(BigInt) : weights.map(() => 1n)
  const sum = shares.reduce((all, share) => all + share, 0n)
  const exact = shares.map((share) => BigInt(total) * share)
  const parts = exact.map((part) => Number(part / sum))
  const remainders = exact.map((part, index) => ({ index, remainder: part % sum }))
  remainders.sort((a, b) => compare(b.remainder, a.remainder) || a.index - b.index)
  const left = total - parts.reduce((all, part) => all + part, 0)
  for (const { index } of remainders.slice(0, left)) parts[index] = (parts[index] ?? 0) + 1
  return parts
}

/**
 * A fraction of an amount, rounded half away from zero: `shareOf(999, 825, 10_000)` is 8.25 % of 9.99.
 *
 * @param amount minor units, may be negative
 */
export function shareOf(amount: number, numerator: number, denominator: number): number {
  const product = BigInt(Math.abs(amount)) * BigInt(numerator) * 2n + BigInt(denominator)
  const rounded = Number(product / (BigInt(denominator) * 2n))
  return amount < 0 ? 0 - rounded : rounded
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
