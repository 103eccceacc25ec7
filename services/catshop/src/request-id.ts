import { ulid } from 'ulid'

/** A new name for something that the shop asks of another server: asking again by it asks for the same. */
export function newRequestId(what: 'return' | 'claim'): string {
  return `${what}_${ulid()}`
}
