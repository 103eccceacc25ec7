/** A token and the time from which a new one is asked for instead, in epoch milliseconds. */
export interface Renewable {
  token: string
  renewAt: number
}

/** Tokens by name; concurrent callers share one request. */
export interface TokenCache {
  /** The token of this name, from `request` when there is none that lasts. A failure is not remembered. */
  get(name: string, request: () => Promise<Renewable>): Promise<string>
  forget(name: string): void
}

/** Keeps at most `max` tokens; the one that was asked for first goes first. */
export function tokenCache(max: number): TokenCache {
  const entries = new Map<string, { token: Promise<string>; renewAt: number }>()
  return {
    get(name, request) {
      const known = entries.get(name)
      if (known && known.renewAt > Date.now()) return known.token
      const entry = { token: Promise.resolve(''), renewAt: Number.POSITIVE_INFINITY }
      entry.token = request().then(
        ({ token, renewAt }) => {
          entry.renewAt = renewAt
          return token
        },
        (error) => {
          if (entries.get(name) === entry) entries.delete(name)
          throw error
        },
      )
      entries.delete(name)
      const [oldest] = entries.keys()
      if (entries.size >= max && oldest !== undefined) entries.delete(oldest)
      entries.set(name, entry)
      return entry.token
    },
    forget: (name) => void entries.delete(name),
  }
}
