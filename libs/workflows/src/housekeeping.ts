import { DBOS } from '@dbos-inc/dbos-sdk'
import { sql } from 'kysely'
import type { Engine } from './engine.ts'
import type { Schedule } from './schedules.ts'

const BATCH = 500

/** Clears what nobody looks at any more: step records after a week, runs of schedules after a day. Saga rows stay. */
export function housekeeping(engine: Engine): Schedule<unknown> {
  const status = sql.table(`${engine.domain}_workflow.workflow_status`)
  return {
    name: 'workflow_housekeeping',
    cron: '17 * * * *',
    async run(steps) {
      await steps.transaction('clear local records', async (db) => {
        await sql`
          delete from saga where kind = 'schedule' and ended_at < now() - interval '1 day'`.execute(db)
        await sql`
          delete from workflow_step s where created_at < now() - interval '1 day'
            and not exists (select from saga where saga.id = s.workflow_id and ended_at is null)`.execute(db)
      })
      await steps.remote('clear the engine’s records', async () => {
        for (let cleared = BATCH; cleared === BATCH; ) {
          const { rows } = await sql<{ id: string }>`
            select workflow_uuid as id from ${status} where completed_at < extract(epoch from
              now() - case when schedule_name is null then interval '7 days' else interval '1 day' end) * 1000
            limit ${BATCH}`.execute(engine.db)
          cleared = rows.length
          if (cleared > 0) await DBOS.deleteWorkflows(rows.map(({ id }) => id))
        }
      })
    },
  }
}
