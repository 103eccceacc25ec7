import { isIP } from 'node:net'
import type { KoaContextWithOIDC } from 'oidc-provider'

const MINUTE_MS = 60_000
const PER_HOST = 10
const PER_ADDRESS = 20
const MAX_CONCURRENT = 8
const MAX_REMEMBERED = 1_000

/** Fetches a document named by a stranger; the library adds the time limit and the ban on private addresses. */
export type FetchDocument = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** Bounds what strangers can make this server fetch. */
export interface DocumentGuard {
  /** Decides, before any connection, whether this client id may be looked up now. */
  allowFetch(ctx: KoaContextWithOIDC, clientId: string): boolean
  fetch: FetchDocument
}

/** Https on the usual port only, few per host and per asking address a minute, and failures are not repeated for a minute. */
export function createDocumentGuard(fetchDocument: FetchDocument = fetch, limitFactor = 1): DocumentGuard {
  const failedAt = new Map<string, number>()
  const starts = new Map<string, number[]>()
  let running = 0

  const isWithin = (key: string, limit: number): boolean => {
    const recent = (starts.get(key) ?? []).filter((at) => at > Date.now() - MINUTE_MS)
    if (recent.length >= limit) return false
    remember(starts, key, [...recent, Date.now()])
    return true
  }

  return {
    allowFetch(ctx, clientId) {
      const url = new URL(clientId)
      if (url.protocol !== 'https:' || url.port || !isPublicName(url.hostname) || running >= MAX_CONCURRENT)
        return false
      if ((failedAt.get(url.href) ?? 0) > Date.now() - MINUTE_MS) return false
      return isWithin(`address ${ctx.ip}`, PER_ADDRESS * limitFactor) && isWithin(`host ${url.host}`, PER_HOST)
    },

    async fetch(input, init) {
      const url = new URL(input instanceof Request ? input.url : input).href
      running++
      try {
        const response = await fetchDocument(input, init)
        if (response.status !== 200) remember(failedAt, url, Date.now())
        return response
      } catch (error) {
        remember(failedAt, url, Date.now())
        throw error
      } finally {
        running--
      }
    },
  }
}

/** Addresses and names without a dot are inside some network; what a public name resolves to is checked on connecting. */
function isPublicName(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '')
  return name.includes('.') && !isIP(name) && !name.startsWith('[') && !/\.(localhost|local|internal)$/.test(name)
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  const oldest = map.keys().next()
  if (map.size > MAX_REMEMBERED && !oldest.done) map.delete(oldest.value)
}
