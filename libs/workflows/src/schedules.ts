import { sql } from 'kysely'
import { defineWorkflow, type Steps } from './define.ts'
import type { Engine } from './engine.ts'
import type { Scheduled } from './launch.ts'
import { runSaga } from './run-saga.ts'

/** Work at fixed times. A run that is still going on when the next one is due makes that one pass. */
export interface Schedule<Schema> {
  /** Unique in the service. */
  name: string
  /** Five fields, or six with seconds first; UTC. */
  cron: string
  run(steps: Steps<Schema>): Promise<unknown>
}

/** A schedule as the engine calls it: each run is a workflow with a row of its own. */
export function scheduledRun<Schema>(engine: Engine, { name, cron, run }: Schedule<Schema>): Scheduled {
  const workflow = defineWorkflow<Schema>()({
    name: `schedule:${name}`,
    kind: 'schedule',
    run: async (_: Record<string, never>, steps) => void (await run(steps)),
  })
  return {
    name,
    cron,
    async run(id) {
      await sql`
        insert into saga (id, workflow, kind, subject, input, queued, started_by)
        select ${id}, ${workflow.name}, ${workflow.kind}, ${name}, '{}', true, ${engine.domain}
        where not exists (select from saga where subject = ${name} and kind = ${workflow.kind} and state = 'running' and id <> ${id})
        on conflict (id) do nothing`.execute(engine.db)
      await runSaga(engine, workflow, id)
    },
  }
}
