import type { Refusal } from './refusal.ts'

/** Why an upstream gave no complete answer. */
export interface Failure {
  /** The connection failed, which counts against the replica. */
  isTransport: boolean
  /** What the client is told, without addresses or other internals. */
  refusal: Refusal
}

/**
 * Reads an error of undici.
 *
 * @param sent whether a byte of the request may have reached the upstream
 */
export function failureOf(error: Error & { code?: string }, sent: boolean, domain: string): Failure {
  if (error.code === 'UND_ERR_INVALID_ARG') return { isTransport: false, refusal: malformed }
  if (!sent) return { isTransport: true, refusal: unreachable(domain) }
  if (error.code === 'UND_ERR_HEADERS_TIMEOUT') return { isTransport: false, refusal: timeout(domain) }
  return { isTransport: true, refusal: brokenOff(domain) }
}

/** Nothing was sent, so repeating the request is safe. */
export const unreachable = (domain: string): Refusal => ({
  status: 503,
  error: 'unavailable',
  message: `${spoken(domain)} cannot be reached at the moment. Nothing was sent to it: try again in 2 seconds. Everything else works.`,
  domain,
  retryAfter: 2,
})

const unknownOutcome =
  'The request may have taken effect: look before you repeat it, or repeat it with the same idempotency key.'

const timeout = (domain: string): Refusal => ({
  status: 504,
  error: 'timeout',
  message: `${spoken(domain)} did not answer in time. ${unknownOutcome}`,
  domain,
  retryAfter: 5,
})

const brokenOff = (domain: string): Refusal => ({
  status: 502,
  error: 'no_answer',
  message: `${spoken(domain)} broke off before it answered. ${unknownOutcome}`,
  domain,
  retryAfter: 2,
})

const malformed: Refusal = {
  status: 400,
  error: 'bad_request',
  message: 'A header or the path holds characters that HTTP does not allow.',
}

/** How people call it: they know of domains and of signing in, not of a process named auth. */
const spoken = (domain: string) => (domain === 'auth' ? 'Sign-in' : domain)
