import { hash } from 'node:crypto'
import canonicalize from 'canonicalize'

/** Members of the arguments that steer the call and are no part of what is asked. */
const steering = new Set(['idempotency_key', 'force_new'])

/** SHA-256 (hex) over tool name and canonical arguments (RFC 8785): equal for two calls that ask for the same. */
export function fingerprint(tool: string, args: Record<string, unknown>): string {
  const asked = Object.fromEntries(Object.entries(args).filter(([name]) => !steering.has(name)))
  return hash('sha256', `${tool}\n${canonicalize(asked) ?? '{}'}`)
}
