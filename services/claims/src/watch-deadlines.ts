import type { Schedule } from '@backroom/workflows'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { endDeadlines } from './deadline.ts'
import { noteOfRecovery } from './history.ts'
import { recoveriesByIds } from './recovery.ts'
import { setRecoveryStatus } from './recovery-status.ts'

/** Between the alarm and the end of a recovery that nobody filed: time to do it all the same. */
const GRACE_HOURS = 24
const BATCH = 500

/** Every quarter of an hour: tells of deadlines that come near, then ends what was not filed in spite of it. */
export const watchDeadlines: Schedule<Tables> = {
  name: 'watch_deadlines',
  cron: '*/15 * * * *',
  async run(steps) {
    await steps.transaction('alarm', raiseAlarms)
    await steps.transaction('expire', expireUnfiled)
  },
}

/** Says once of each deadline that it comes near. @returns how many */
export async function raiseAlarms(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ recovery_id: string; step: string; due_at: Date }>`
    update recovery_deadline set alarmed_at = now()
    where (recovery_id, step, due_at) in (
      select recovery_id, step, due_at from recovery_deadline
      where ended_at is null and alarmed_at is null and alarm_at <= now()
      order by alarm_at limit ${BATCH} for update skip locked)
    returning recovery_id, step, due_at`.execute(db)
  for (const { recovery_id, step, due_at } of rows) {
    const data = { step, due_at: due_at.toISOString() }
    await noteOfRecovery(db, { recoveryId: recovery_id, type: 'recovery.deadline_near', actor: 'claims', data })
  }
  const filings = rows.filter(({ step }) => step === 'file').map(({ recovery_id }) => recovery_id)
  await sql`update recovery set alarmed_at = now() where id = any(${filings}) and alarmed_at is null`.execute(db)
  return rows.length
}

/** Ends recoveries whose time to file has passed, a day after the alarm at the earliest. @returns how many */
export async function expireUnfiled(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select r.id from recovery r join recovery_deadline d on d.recovery_id = r.id and d.step = 'file' and d.ended_at is null
    where r.status = 'identified' and d.due_at < now() and r.alarmed_at < now() - make_interval(hours => ${GRACE_HOURS})
    order by d.due_at limit ${BATCH} for update of r skip locked`.execute(db)
  const recoveries = await recoveriesByIds(
    db,
    rows.map(({ id }) => id),
  )
  for (const recovery of recoveries) {
    await setRecoveryStatus(db, recovery, 'expired', { actor: 'claims' }, { ended_at: new Date() })
    await endDeadlines(db, recovery.id)
  }
  return recoveries.length
}
