import type { DomainName } from '@backroom/access'
import { measureOpen, type OpenWork } from '@backroom/telemetry/metrics'
import { sql } from 'kysely'
import type { AnyDatabase } from '../any-database.ts'

/**
 * Tells Prometheus how many requests of this domain wait for people and how long the oldest has, whichever replica it came to.
 *
 * @returns ends it
 */
export function measureRequests(db: AnyDatabase, domain: DomainName): () => void {
  return measureOpen({
    count: { name: 'approvals_pending', help: 'Requests that wait for people, by tier.' },
    oldest: {
      name: 'approval_oldest_seconds',
      help: 'How long the oldest request that waits for people has waited, by tier.',
    },
    labels: ['domain', 'tier'],
    read: () => waiting(db, domain),
  })
}

async function waiting(db: AnyDatabase, domain: DomainName): Promise<OpenWork[]> {
  const { rows } = await sql<{ tier: string; count: number; oldest: number }>`
    select tier, count(*)::int as count, extract(epoch from now() - min(created_at))::float8 as oldest
    from approval_request where status = 'pending' group by tier`.execute(db)
  return rows.map(({ tier, ...open }) => ({ labels: { domain, tier }, ...open }))
}
