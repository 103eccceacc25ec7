import { measureOpen, type OpenWork } from '@backroom/telemetry/metrics'
import { sql } from 'kysely'
import type { Engine } from './engine.ts'

/**
 * Tells Prometheus how many workflows of this service are open and how old the oldest is, whichever replica runs them.
 *
 * @returns ends it
 */
export function measureWorkflows(engine: Engine): () => void {
  return measureOpen({
    count: { name: 'workflows_open', help: 'Workflows that have not ended, by kind and state.' },
    oldest: {
      name: 'workflow_oldest_seconds',
      help: 'Age of the oldest workflow that has not ended, by kind and state.',
    },
    labels: ['domain', 'kind', 'state'],
    read: () => openWorkflows(engine),
  })
}

async function openWorkflows({ db, domain }: Engine): Promise<OpenWork[]> {
  const { rows } = await sql<{ kind: string; state: string; count: number; oldest: number }>`
    select kind, state, count(*)::int as count, extract(epoch from now() - min(created_at))::float8 as oldest
    from saga where ended_at is null group by kind, state`.execute(db)
  return rows.map(({ kind, state, ...open }) => ({ labels: { domain, kind, state }, ...open }))
}
