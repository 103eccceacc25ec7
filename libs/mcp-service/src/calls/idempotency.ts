import { sql } from 'kysely'
import type { AnyDatabase } from '../any-database.ts'
import { BusinessError } from '../errors.ts'
import { type AuditEntry, auditRows } from './audit.ts'
import type { ToolResult } from './outcome.ts'

/** What identifies a repeatable call. */
export interface CallKey {
  principal: string
  operation: string
  key: string
  client: string
  /** SHA-256 (hex) of what was asked. */
  fingerprint: string
  /** explicit: the caller sent the key. suspicion: derived from the arguments, for tools that refuse quick repeats. */
  origin: 'explicit' | 'suspicion'
  /** The caller says that a quick repeat is meant. */
  forceNew: boolean
}

/** What the table says about a key. `run`: nobody has acted on it yet, and this transaction now holds it. */
export type Claim =
  | { kind: 'run' }
  | { kind: 'replay'; result: ToolResult }
  | { kind: 'join'; workflowId: string }
  | { kind: 'approval'; approvalId: string }
  | { kind: 'refuse'; error: BusinessError }

const DAY = '1 day'
const MONTH = '30 days'
const SUSPICION_WINDOW = '60 seconds'
const IN_FLIGHT_RETRY_MS = 250

interface Found {
  locked: boolean
  id: number | null
  fingerprint: string | null
  state: string | null
  workflow_id: string | null
  approval_id: string | null
  waiting: boolean | null
  response: ToolResult | null
  recent: boolean | null
  expired: boolean | null
}

/**
 * Takes the keys for this transaction and says what to do with each call, in order. Two transactions never hold one
 * key: the second is refused as in flight.
 */
export async function claimKeys(db: AnyDatabase, keys: CallKey[]): Promise<Claim[]> {
  const { rows } = await sql<Found>`
    select * from claim_keys(${keys.map((k) => k.principal)}::text[], ${keys.map((k) => k.operation)}::text[],
                             ${keys.map((k) => k.key)}::text[], ${sql.lit(SUSPICION_WINDOW)}::interval)`.execute(db)
  const claims = rows.map((row, index) => claimOf(row, keys[index] as CallKey))
  const stale = rows.filter((row, index) => row.id !== null && claims[index]?.kind === 'run').map((row) => row.id)
  if (stale.length > 0) await sql`delete from idempotency where id = any(${stale}::bigint[])`.execute(db)
  return claims
}

function claimOf(row: Found, key: CallKey): Claim {
  if (!row.locked) return { kind: 'refuse', error: inFlight() }
  if (row.id === null || row.expired) return { kind: 'run' }
  if (key.origin === 'suspicion') {
    if (key.forceNew || !(row.recent || row.waiting)) return { kind: 'run' }
    if (row.approval_id) return { kind: 'approval', approvalId: row.approval_id }
    return { kind: 'refuse', error: suspectedDuplicate(key.operation, row.response) }
  }
  if (row.fingerprint !== key.fingerprint) return { kind: 'refuse', error: otherIntent() }
  if (row.approval_id) return { kind: 'approval', approvalId: row.approval_id }
  if (row.state === 'in_flight' && row.workflow_id) return { kind: 'join', workflowId: row.workflow_id }
  if (row.state === 'done' && row.response) return { kind: 'replay', result: { ...row.response, replayed: true } }
  return { kind: 'refuse', error: inFlight() }
}

/** A call that is about to be acknowledged. `key` is absent where repeats are harmless or meant. */
export interface Acknowledged {
  key: CallKey | undefined
  state: 'in_flight' | 'done'
  workflowId?: string
  result: ToolResult | undefined
  audit: AuditEntry | undefined
}

/** Writes idempotency and audit rows of acknowledged calls, in one statement of the effect's transaction. */
export async function acknowledge(db: AnyDatabase, calls: Acknowledged[]): Promise<void> {
  const audit = calls.flatMap((call) => (call.audit ? [call.audit] : []))
  const keyed = calls.flatMap((call) => (call.key ? [rowOf(call, call.key)] : []))
  if (keyed.length === 0) {
    if (audit.length > 0) await sql`select append_audit(${auditRows(audit)}::jsonb)`.execute(db)
    return
  }
  await sql`
    with kept as (
      insert into idempotency (principal, operation, key, client, fingerprint, state, workflow_id, response, expires_at)
      select r.principal, r.operation, r.key, r.client, decode(r.fingerprint, 'hex'), r.state, r.workflow_id, r.response,
             now() + (case when current_schema() = 'payments' then ${sql.lit(MONTH)} else ${sql.lit(DAY)} end)::interval
      from jsonb_to_recordset(${JSON.stringify(keyed)}::jsonb) as r(
        principal text, operation text, key text, client text, fingerprint text, state text, workflow_id text, response jsonb)
    )
    select append_audit(${auditRows(audit)}::jsonb)`.execute(db)
}

function rowOf({ state, workflowId, result }: Acknowledged, key: CallKey) {
  const { principal, operation, client, fingerprint } = key
  return {
    principal,
    operation,
    key: key.key,
    client,
    fingerprint,
    state,
    workflow_id: workflowId ?? null,
    response: result ?? null,
  }
}

/** Stores the outcome of a process that an `in_flight` row stands for, and its audit row. */
export async function settleKey(
  db: AnyDatabase,
  key: CallKey,
  workflowId: string,
  result: ToolResult,
  audit: AuditEntry,
): Promise<void> {
  await sql`
    with settled as (
      update idempotency set state = 'done', response = ${JSON.stringify(result)}::jsonb
      where principal = ${key.principal} and operation = ${key.operation} and key = ${key.key}
        and state = 'in_flight' and workflow_id = ${workflowId}
      returning 1
    )
    select append_audit(${auditRows([audit])}::jsonb) from settled`.execute(db)
}

/** Forgets a key whose process ended in a business error: a retry runs again, as a process of its own. */
export async function releaseKey(db: AnyDatabase, key: CallKey, workflowId: string): Promise<void> {
  await sql`delete from idempotency where principal = ${key.principal} and operation = ${key.operation}
            and key = ${key.key} and state = 'in_flight' and workflow_id = ${workflowId}`.execute(db)
}

/** Keeps a key for a call that waits for a person, until a day after the time in which it can be decided. */
export async function keepWaiting(db: AnyDatabase, key: CallKey, approvalId: string): Promise<void> {
  const { principal, operation, client, fingerprint } = key
  await sql`
    insert into idempotency (principal, operation, key, client, fingerprint, state, approval_id, expires_at)
    select ${principal}, ${operation}, ${key.key}, ${client}, decode(${fingerprint}, 'hex'), 'pending', r.id,
           greatest(r.expires_at + interval '1 day',
                    now() + (case when current_schema() = 'payments' then ${sql.lit(MONTH)} else ${sql.lit(DAY)} end)::interval)
    from approval_request r where r.id = ${approvalId}`.execute(db)
}

/** Deletes rows whose time is over, in small batches; returns how many went. */
export async function sweepExpiredKeys(db: AnyDatabase): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from idempotency where id in (select id from idempotency where expires_at <= now() limit 1000)`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** The call with this key is running at this moment. */
export function inFlight(): BusinessError {
  return new BusinessError(
    'idempotency_in_flight',
    'The same call is still running. Ask again shortly with the same key.',
    {
      retryAfterMs: IN_FLIGHT_RETRY_MS,
    },
  )
}

function otherIntent(): BusinessError {
  return new BusinessError(
    'idempotency_conflict',
    'This idempotency key was used for a different request. Use the same arguments to retry, or a new key for a new intent.',
  )
}

function suspectedDuplicate(operation: string, response: ToolResult | null): BusinessError {
  return new BusinessError(
    'conflict',
    'The same request was made less than a minute ago, so this looks like a duplicate. It was not done again.',
    {
      details: { possible_duplicate_of: response?.structured ?? null },
      nextActions: [
        { hint: 'If the first result is what you wanted, use it. Nothing more is needed.' },
        { tool: operation, arguments: { force_new: true }, hint: 'Only if a second, separate one is meant.' },
      ],
    },
  )
}
