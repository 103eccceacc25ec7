import { type DomainName, issuerOf, resourceUrl } from '@backroom/access'
import { request } from 'undici'
import type { Upstream } from './upstream.ts'

/** What `GET /status` answers. */
export interface FleetStatus {
  /** degraded: a domain or auth is not ready, or the issuer does not answer at its public URL. */
  status: 'ok' | 'degraded'
  public_url: PublicUrlStatus
  auth: ProcessStatus
  domains: Partial<Record<DomainName, ProcessStatus & { mcp: string }>>
}

export interface ProcessStatus {
  reachable: boolean
  ready: boolean
  /** Time of the readiness request in milliseconds; absent when it failed. */
  latency_ms?: number
}

/** Whether clients that follow the published URLs end up at our auth. */
export interface PublicUrlStatus {
  url: string
  ok: boolean
  /** What is wrong and what to do. */
  message?: string
}

export interface StatusSources {
  publicUrl: string
  auth: Upstream
  domains: ReadonlyMap<DomainName, Upstream>
}

const PROBE_LIMIT_MS = 2_000
const FRESH_MS = 1_000

/** A function that tells the state of the fleet. Many callers within a second share one look. */
export function statusReport(sources: StatusSources): () => Promise<FleetStatus> {
  let latest: { at: number; report: Promise<FleetStatus> } | undefined
  return () => {
    if (!latest || Date.now() - latest.at > FRESH_MS) latest = { at: Date.now(), report: look(sources) }
    return latest.report
  }
}

async function look({ publicUrl, auth, domains }: StatusSources): Promise<FleetStatus> {
  const [authStatus, publicUrlStatus, ...domainStatuses] = await Promise.all([
    probe(auth),
    checkIssuer(publicUrl),
    ...[...domains].map(
      async ([domain, upstream]) =>
        [domain, { mcp: resourceUrl(publicUrl, domain), ...(await probe(upstream)) }] as const,
    ),
  ])
  const healthy = authStatus.ready && publicUrlStatus.ok && domainStatuses.every(([, { ready }]) => ready)
  return {
    status: healthy ? 'ok' : 'degraded',
    public_url: publicUrlStatus,
    auth: authStatus,
    domains: Object.fromEntries(domainStatuses),
  }
}

async function probe({ origin }: Upstream): Promise<ProcessStatus> {
  const start = performance.now()
  try {
    const { statusCode, body } = await request(`${origin}/ready`, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) })
    await body.dump()
    return { reachable: true, ready: statusCode === 200, latency_ms: Math.round((performance.now() - start) * 10) / 10 }
  } catch {
    return { reachable: false, ready: false }
  }
}

/** Asks for the authorization server's metadata as a client would: under the public URL. */
async function checkIssuer(publicUrl: string): Promise<PublicUrlStatus> {
  const metadataUrl = `${publicUrl}/.well-known/oauth-authorization-server/auth`
  const wrong = (message: string): PublicUrlStatus => ({ url: publicUrl, ok: false, message })
  try {
    const { statusCode, body } = await request(metadataUrl, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) })
    if (statusCode !== 200) {
      await body.dump()
      if (statusCode >= 500) return wrong(`${metadataUrl} answers ${statusCode}: auth is not ready.`)
      return wrong(
        `${metadataUrl} answers ${statusCode}. PUBLIC_URL must be the URL under which clients reach this gateway.`,
      )
    }
    const { issuer } = (await body.json()) as { issuer?: unknown }
    if (issuer === issuerOf(publicUrl)) return { url: publicUrl, ok: true }
    return wrong(
      `${metadataUrl} names the issuer ${String(issuer).slice(0, 200)}. Give auth and the gateway the same PUBLIC_URL.`,
    )
  } catch {
    return wrong(`${metadataUrl} cannot be read. PUBLIC_URL must be the URL under which clients reach this gateway.`)
  }
}
