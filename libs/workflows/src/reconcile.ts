import { sql } from 'kysely'
import type { AnyDatabase } from './any-database.ts'

/** Why a process does not get on by itself. */
export type Trouble = 'parked' | 'overdue' | 'not started' | 'lost' | 'not reported'

/** A process that an operator has to look at. */
export interface TroubledProcess {
  id: string
  kind: string
  subject: string
  trouble: Trouble
  reason: string | null
}

/** How many processes there are, and those in trouble, of the service whose schema the connection is in. */
export async function processesInTrouble(
  db: AnyDatabase,
  domain: string,
): Promise<{ rows: number; troubled: TroubledProcess[] }> {
  const status = sql.table(`${domain}_workflow.workflow_status`)
  const { rows: troubled } = await sql<TroubledProcess>`
    select * from (
      select s.id, s.kind, s.subject, s.parked->>'reason' as reason, case
          when s.state = 'parked' then 'parked'
          when e.workflow_uuid is null and s.created_at < now() - interval '1 minute' then 'not started'
          when e.status in ('SUCCESS', 'ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')
            and e.updated_at < extract(epoch from now() - interval '1 minute') * 1000 then 'lost'
          when s.deadline < now() - interval '1 minute' then 'overdue'
          when s.kind = 'report_fact' and s.created_at < now() - interval '5 minutes' then 'not reported'
        end as trouble
      from saga s left join ${status} e on e.workflow_uuid = s.id where s.ended_at is null) open
    where trouble is not null order by id`.execute(db)
  const { rows } = await sql<{ count: number }>`select count(*) as count from saga`.execute(db)
  return { rows: rows[0]?.count ?? 0, troubled }
}

/** Those of the subjects about which a process is still under way. */
export async function subjectsUnderWay(db: AnyDatabase, subjects: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ subject: string }>`
    select distinct subject from saga
    where subject = any(${subjects}) and state = 'running' and kind <> 'reconcile'`.execute(db)
  return new Set(rows.map(({ subject }) => subject))
}
