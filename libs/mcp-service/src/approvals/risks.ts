import { sql } from 'kysely'
import type { AnyDatabase } from '../any-database.ts'
import type { ValidCall } from '../calls/call-tool.ts'

const MANY = 5

/** What the person who decides should think of, whatever the domain: how far the call reaches, and what the requester did before. */
export async function commonRisks(
  db: AnyDatabase,
  { compiled: { tool }, caller, digest }: ValidCall,
): Promise<string[]> {
  const { rows } = await sql<{ recent: number; rejected: boolean }>`
    select count(*) filter (where created_at > now() - interval '1 hour')::int as recent,
           coalesce(bool_or(status = 'rejected' and arguments_digest = ${digest}), false) as rejected
    from approval_request where requested_by = ${caller.subject} and created_at > now() - interval '30 days'`.execute(
    db,
  )
  const { recent = 0, rejected = false } = rows[0] ?? {}
  return [
    ...(rejected ? ['The very same was rejected before.'] : []),
    ...(tool.openWorld ? ['It reaches somebody outside the company, so it may not be possible to take it back.'] : []),
    ...(recent >= MANY ? [`The same account has asked for ${recent} other things within the last hour.`] : []),
  ]
}
