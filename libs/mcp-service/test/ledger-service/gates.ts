/** A point where the tool `hold` waits until a test lets it pass. */
export interface Gate {
  /** Resolves once a call waits here. */
  entered: Promise<void>
  /** Lets every call pass. */
  open(): void
  /** Resolves once the signal of a waiting call has fired. */
  aborted: Promise<void>
  pass(signal: AbortSignal): Promise<void>
}

const gates = new Map<string, Gate>()

/** The gate of a name, made on first use by the test or by the tool. */
export function gateOf(name: string): Gate {
  const known = gates.get(name)
  if (known) return known
  const entered = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const aborted = Promise.withResolvers<void>()
  const gate: Gate = {
    entered: entered.promise,
    open: () => opened.resolve(),
    aborted: aborted.promise,
    async pass(signal) {
      signal.addEventListener('abort', () => aborted.resolve(), { once: true })
      entered.resolve()
      await Promise.race([opened.promise, aborted.promise])
    },
  }
  gates.set(name, gate)
  return gate
}
