import type { DomainName } from '@backroom/access'
import { measure, type Reading } from '@backroom/telemetry/metrics'
import { sql } from 'kysely'
import type { AnyDatabase } from '../any-database.ts'

interface Waiting {
  tier: string
  count: number
  oldest: number
}

/**
 * Tells Prometheus how many requests of this domain wait for people and how long the oldest has, whichever replica it came to.
 *
 * @returns ends it
 */
export function measureRequests(db: AnyDatabase, domain: DomainName): () => void {
  const reading = (pick: (row: Waiting) => number) => async (): Promise<Reading[]> =>
    (await waiting(db)).map((row) => ({ labels: { domain, tier: row.tier }, value: pick(row) }))
  const labels = ['domain', 'tier']
  const stops = [
    measure({
      name: 'approvals_pending',
      help: 'Requests that wait for people, by tier.',
      labels,
      read: reading(({ count }) => count),
    }),
    measure({
      name: 'approval_oldest_seconds',
      help: 'How long the oldest request that waits for people has waited, by tier.',
      labels,
      read: reading(({ oldest }) => oldest),
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

async function waiting(db: AnyDatabase): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select tier, count(*)::int as count, extract(epoch from now() - min(created_at))::float8 as oldest
    from approval_request where status = 'pending' group by tier`.execute(db)
  return rows
}
