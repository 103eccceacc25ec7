import { DBOS } from '@dbos-inc/dbos-sdk'
import { sql } from 'kysely'
import type { Engine } from './engine.ts'
import { QUEUE } from './queues.ts'

const LOOK_MS = 1_000

/** Starts what a process had begun, or had stopped to go back to a step of it, and did not live to start. Until stopped. */
export function sweepBegun(engine: Engine): () => void {
  const status = sql.table(`${engine.domain}_workflow.workflow_status`)
  const look = async () => {
    const { rows } = await sql<{ id: string; workflow: string }>`
      select saga.id, saga.workflow from saga
      where state = 'running' and not queued and created_at < now() - interval '1 second'
        and not exists (select from ${status} started where started.workflow_uuid = saga.id)
      limit 100`.execute(engine.db)
    for (const { id, workflow } of rows) if (!engine.frozen) await engine.start?.(workflow, id)
    const { rows: halted } = await sql<{ id: string }>`
      select saga.id from saga join ${status} stopped on stopped.workflow_uuid = saga.id
      where saga.state = 'running' and stopped.status = 'CANCELLED'
        and stopped.updated_at < extract(epoch from now() - interval '5 seconds') * 1000`.execute(engine.db)
    if (halted.length > 0)
      await DBOS.resumeWorkflows(
        halted.map(({ id }) => id),
        { queueName: QUEUE },
      )
  }
  const warn = (error: unknown) => engine.log.warn({ err: error }, 'begun workflows are not started yet')
  const timer = setInterval(() => look().catch(warn), LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}
