import type { Kysely } from 'kysely'
import type { AuthTables } from './database-tables.ts'
import { stored } from './storage-unavailable.ts'

/** One line of the audit log of auth. */
export interface AuditEvent {
  event: 'signed_in' | 'sign_in_refused' | 'consent_given' | 'consent_refused' | 'demo_login' | 'acted_for_account'
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

/** The audit log in the database. */
export function createAuditLog(db: Kysely<AuthTables>): AuditLog {
  return {
    async record({ event, sub, clientId, address, requestId, detail }) {
      await stored(
        db
          .insertInto('audit_event')
          .values({
            event,
            sub: sub ?? null,
            client_id: clientId ?? null,
            address: address ?? null,
            request_id: requestId ?? null,
            detail: detail ?? null,
          })
          .execute(),
      )
    },
  }
}
