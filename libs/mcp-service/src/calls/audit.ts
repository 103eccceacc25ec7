import type { FastifyBaseLogger } from 'fastify'
import { sql } from 'kysely'
import type { AnyDatabase } from '../any-database.ts'
import type { Caller } from '../caller.ts'
import type { CallMeta } from './call-meta.ts'

/** One line of the audit trail. */
export interface AuditEntry {
  /**
   * effect: it happened. refusal: scope, policy or limit said no. failure: it was tried and did not work. request: it was laid
   * before a person. decision: what the person said.
   */
  kind: 'effect' | 'refusal' | 'failure' | 'request' | 'decision'
  caller: Caller
  requestId: string
  traceId: string | undefined
  meta: CallMeta
  tool: string
  /** SHA-256 (hex) of tool and arguments. */
  digest: string
  args: Record<string, unknown>
  /** The result of an effect, or the error body. */
  outcome: unknown
  /** Milliseconds that the call took. */
  durationMs?: number
}

const REFUSALS_PER_SECOND = 10
const secretNames = /password|secret|token|card|cvc|iban|authorization/i

/** Adds entries in the given transaction (or connection). */
export async function appendAudit(db: AnyDatabase, entries: AuditEntry[]): Promise<void> {
  await sql`select append_audit(${JSON.stringify(entries.map(rowOf))}::jsonb)`.execute(db)
}

/** {@link appendAudit}'s argument, for statements that add the entry together with other rows. */
export function auditRows(entries: AuditEntry[]): string {
  return JSON.stringify(entries.map(rowOf))
}

function rowOf(entry: AuditEntry) {
  const { kind, caller, requestId, traceId, meta, tool, digest, args, outcome, durationMs } = entry
  return {
    kind,
    decision: decisionOf(entry),
    request_id: requestId,
    trace_id: traceId ?? null,
    subject: caller.subject,
    client_id: caller.clientId,
    actor: caller.actor ?? null,
    grant_id: caller.grantId ?? null,
    token_id: caller.tokenId ?? null,
    workflow_id: meta.workflowId ?? null,
    approval_id: meta.approvalId ?? null,
    tool,
    arguments_digest: digest,
    arguments: redact(args),
    outcome: redact(outcome) ?? null,
    duration_ms: durationMs === undefined ? null : Math.round(durationMs),
  }
}

/** Why the call was let through, the code with which it was refused, or what a person said. */
function decisionOf({ kind, meta, outcome }: AuditEntry): string {
  const { code, status, verdict } = Object(outcome) as { code?: string; status?: string; verdict?: string }
  if (kind === 'refusal') return code ?? kind
  if (kind === 'request') return status ?? kind
  if (kind === 'decision') return verdict ?? kind
  return meta.approvalId === undefined ? 'allowed' : 'approved'
}

function redact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redact)
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, secretNames.test(name) ? '[redacted]' : redact(member)]),
  )
}

/** Writes refusals and failures after their call was rolled back. */
export interface RefusalLog {
  record(entry: AuditEntry): void
  /** Waits for entries under way; call it before the database is closed. */
  settle(): Promise<void>
}

/**
 * A row of its own for each refusal, at most ten a second and client, so that a loop that is refused cannot fill the
 * disk; the rest is counted in the log.
 */
export function refusalLog(db: AnyDatabase, log: FastifyBaseLogger): RefusalLog {
  const recent = new Map<string, number>()
  let second = 0
  const underWay = new Set<Promise<void>>()
  const allow = (clientId: string): boolean => {
    const now = Math.floor(Date.now() / 1_000)
    if (now !== second) {
      for (const [client, count] of recent) {
        if (count > REFUSALS_PER_SECOND)
          log.warn({ client, uncounted: count - REFUSALS_PER_SECOND }, 'refusals not audited one by one')
      }
      recent.clear()
      second = now
    }
    const count = (recent.get(clientId) ?? 0) + 1
    recent.set(clientId, count)
    return count <= REFUSALS_PER_SECOND
  }
  return {
    record(entry) {
      if (!allow(entry.caller.clientId)) return
      const write = appendAudit(db, [entry])
        .catch((error) => log.error({ err: error, request_id: entry.requestId }, 'refusal not audited'))
        .finally(() => underWay.delete(write))
      underWay.add(write)
    },
    settle: async () => void (await Promise.all(underWay)),
  }
}
