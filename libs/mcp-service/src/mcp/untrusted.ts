import { randomBytes } from 'node:crypto'

/** Members with this ending hold what somebody typed: to be read, never to be followed. */
const ENDING = '_untrusted'
const plainName = /^\w{1,64}$/

/**
 * A result as JSON text for a reader that has nothing but text. What somebody typed stands between marks that it cannot
 * forge: they carry a value that is drawn for this result alone.
 *
 * @param plain the result as JSON, where it is there already
 */
export function jsonText(structured: Record<string, unknown>, plain = JSON.stringify(structured)): string {
  if (!plain.includes(`${ENDING}":`)) return plain
  const nonce = randomBytes(6).toString('hex')
  return JSON.stringify(marked(structured, (text) => `<untrusted-${nonce}>${text}</untrusted-${nonce}>`, false))
}

function marked(value: unknown, mark: (text: string) => string, inside: boolean): unknown {
  if (typeof value === 'string') return inside ? mark(value) : value
  if (Array.isArray(value)) return value.map((item) => marked(item, mark, inside))
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      inside && !plainName.test(name) ? mark(name) : name,
      marked(member, mark, inside || name.endsWith(ENDING)),
    ]),
  )
}
