import { hash } from 'node:crypto'
import canonicalize from 'canonicalize'

/** Members of the arguments that steer the call and are no part of what is asked. */
const steering = new Set(['idempotency_key', 'force_new'])

/** SHA-256 (hex) over tool name and canonical arguments (RFC 8785): equal for two calls that ask for the same. */
export function fingerprint(tool: string, args: Record<string, unknown>): string {
  return hash('sha256', `${tool}\n${canonicalize(withoutSteering(args)) ?? '{}'}`)
}

/** What is asked, without the members that steer the call. */
export function withoutSteering(args: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).filter(([name]) => !steering.has(name)))
}
