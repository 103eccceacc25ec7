import { type Kysely, sql } from 'kysely'
import type { AuthTables } from './database-tables.ts'
import { stored } from './storage-unavailable.ts'

/** One line of the audit trail of auth. */
export interface AuditEvent {
  event:
    | 'signed_in'
    | 'sign_in_refused'
    | 'consent_given'
    | 'consent_refused'
    | 'demo_login'
    | 'acted_for_account'
    | 'second_factor_given'
    | 'second_factor_refused'
    | 'second_factor_set_up'
    | 'passkey_added'
    | 'passkey_removed'
    | 'approval_decided'
    | 'client_created'
    | 'client_frozen'
    | 'client_thawed'
    | 'client_removed'
    | 'grant_revoked'
    | 'session_ended'
    | 'account_created'
    | 'account_locked'
    | 'account_unlocked'
  sub?: string | undefined
  clientId?: string | undefined
  address?: string | undefined
  requestId?: string | undefined
  detail?: object | undefined
}

/** Rows are added and never changed; the database role may do nothing else. */
export interface AuditLog {
  record(event: AuditEvent): Promise<void>
}

/** The audit trail in the database. */
export function createAuditLog(db: Kysely<AuthTables>): AuditLog {
  return { record: (event) => recordEvent(db, event) }
}

/** Adds a line in the given transaction (or connection). */
export async function recordEvent(
  db: Kysely<AuthTables>,
  { event, sub, clientId, address, requestId, detail }: AuditEvent,
): Promise<void> {
  const row = { event, sub, client_id: clientId, address, request_id: requestId, detail }
  await stored(sql`select append_audit(${JSON.stringify([row])}::jsonb)`.execute(db))
}
