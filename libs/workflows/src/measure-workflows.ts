import { measure, type Reading } from '@backroom/telemetry/metrics'
import { sql } from 'kysely'
import type { AnyDatabase } from './any-database.ts'
import type { Engine } from './engine.ts'

interface OpenWorkflows {
  kind: string
  state: string
  count: number
  oldest: number
}

/**
 * Tells Prometheus how many workflows of this service are open and how old the oldest is, whichever replica runs them.
 *
 * @returns ends it
 */
export function measureWorkflows({ db, domain }: Engine): () => void {
  const reading = (pick: (row: OpenWorkflows) => number) => async (): Promise<Reading[]> =>
    (await openWorkflows(db)).map((row) => ({
      labels: { domain, kind: row.kind, state: row.state },
      value: pick(row),
    }))
  const labels = ['domain', 'kind', 'state']
  const stops = [
    measure({
      name: 'workflows_open',
      help: 'Workflows that have not ended, by kind and state.',
      labels,
      read: reading(({ count }) => count),
    }),
    measure({
      name: 'workflow_oldest_seconds',
      help: 'Age of the oldest workflow that has not ended, by kind and state.',
      labels,
      read: reading(({ oldest }) => oldest),
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

async function openWorkflows(db: AnyDatabase): Promise<OpenWorkflows[]> {
  const { rows } = await sql<OpenWorkflows>`
    select kind, state, count(*)::int as count, extract(epoch from now() - min(created_at))::float8 as oldest
    from saga where ended_at is null group by kind, state`.execute(db)
  return rows
}
