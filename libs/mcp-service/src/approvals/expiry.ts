import { sql } from 'kysely'
import type { Runtime } from '../runtime.ts'
import { urisOf } from './request.ts'

const LOOK_MS = 5_000

/** Ends requests whose time has passed and tells their requesters, until stopped. Every replica may do so. */
export function expireRequests(runtime: Runtime): () => void {
  const look = async () => {
    const { rows } = await sql<{ id: string; requested_by: string }>`
      update approval_request set status = 'expired', ended_at = now()
      where id in (
        select id from approval_request where status = 'pending' and expires_at <= now()
        order by expires_at limit 500 for update skip locked)
      returning id, requested_by`.execute(runtime.db)
    runtime.changes.publish(rows.flatMap(urisOf))
  }
  const timer = setInterval(() => look().catch(() => undefined), LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}
