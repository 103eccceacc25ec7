/** Says whether a server is worth asking. */
export interface Circuit {
  /** Whether to ask now. While the server is thought to be away, one caller in every interval may find out. */
  mayTry(): boolean
  /** To be called when it answered, whatever the answer. */
  answered(): void
  /** To be called when it did not answer. */
  failed(): void
}

const FAILURES_TO_OPEN = 5
const OPEN_MS = 1_000

/** Five failures in a row open the circuit for a second; the answer to a trial closes it. */
export function createCircuit(now: () => number = Date.now): Circuit {
  let failures = 0
  let tryAgainAt = 0
  return {
    mayTry() {
      if (failures < FAILURES_TO_OPEN) return true
      if (now() < tryAgainAt) return false
      tryAgainAt = now() + OPEN_MS
      return true
    },
    answered() {
      failures = 0
    },
    failed() {
      failures++
      tryAgainAt = now() + OPEN_MS
    },
  }
}
