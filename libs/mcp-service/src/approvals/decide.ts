import { sql } from 'kysely'
import type { AnyDatabase } from '../any-database.ts'
import { appendAudit } from '../calls/audit.ts'
import { repeatedly } from '../calls/call-tool.ts'
import { BusinessError } from '../errors.ts'
import type { Runtime } from '../runtime.ts'
import { executeApproved } from './execute.ts'
import { followProcess } from './process.ts'
import { type ApprovalRequest, endRequest, findRequest, lockRequest, urisOf } from './request.ts'

/** What one person said about one request. */
export interface Verdict {
  approvalId: string
  verdict: 'approve' | 'reject'
  comment?: string | undefined
  /** Subject of the person. */
  approver: string
  /** How the person proved to be there: `pwd`, `otp`, `hwk`, or `form` for an answered form. */
  methods: readonly string[]
  /** Id of the statement that carries the decision; it counts once. */
  statementId: string
  /** What the person was shown. */
  seen: { argumentsDigest: string; subjectVersion: string | null; policyVersion: string }
  /** What the requester may do at this moment; nothing when the account, the client or the grant is gone. */
  scopesNow: readonly string[]
}

/**
 * Records a decision and, when enough persons agree, executes the stored call in the same transaction.
 *
 * @returns the request as it stands then
 * @throws {BusinessError} not_found; conflict when it is decided already or is not what the person saw; policy_denied for a
 *   person who may not decide it, or has done so. Nothing is recorded then.
 */
export async function decide(runtime: Runtime, verdict: Verdict): Promise<ApprovalRequest> {
  const changed = new Set<string>()
  await repeatedly(() => {
    changed.clear()
    return runtime.db
      .transaction()
      .execute((trx: AnyDatabase) => decideIn(runtime, trx, verdict, changed))
      .catch((error: unknown) => {
        throw refusalOf(error, verdict)
      })
  })
  runtime.changes.publish(changed)
  const request = await findRequest(runtime.db, verdict.approvalId)
  if (!request) throw new Error(`There is no approval ${verdict.approvalId}`)
  return followProcess(runtime, request)
}

async function decideIn(runtime: Runtime, db: AnyDatabase, verdict: Verdict, changed: Set<string>): Promise<void> {
  const request = await lockRequest(db, verdict.approvalId)
  requireOpen(request)
  requireSame(request, verdict.seen)
  await sql`
    insert into approval_decision (request, approver, verdict, comment, methods, statement_id)
    values (${request.id}, ${verdict.approver}, ${verdict.verdict}, ${verdict.comment ?? null}, ${verdict.methods}::text[],
            ${verdict.statementId})`.execute(db)
  await appendAudit(db, [decisionEntry(request, verdict)])
  for (const uri of urisOf(request)) changed.add(uri)
  if (verdict.verdict === 'reject') return endRequest(db, request.id, { status: 'rejected' })
  const approvers = [...approversOf(request), verdict.approver]
  if (approvers.length < request.required) return
  const ending = await executeApproved(runtime, { request, db, approvers, scopesNow: verdict.scopesNow, changed })
  await endRequest(db, request.id, ending)
}

function approversOf({ decisions }: ApprovalRequest): string[] {
  return decisions.filter(({ verdict }) => verdict === 'approve').map(({ approver }) => approver)
}

function requireOpen({ id, status }: ApprovalRequest): void {
  if (status === 'pending') return
  throw new BusinessError('conflict', `${id} is ${status} already.`, { details: { approval_id: id, status } })
}

function requireSame(request: ApprovalRequest, seen: Verdict['seen']): void {
  const same =
    seen.argumentsDigest === request.arguments_digest &&
    seen.subjectVersion === request.subject_version &&
    seen.policyVersion === request.policy_version
  if (same) return
  throw new BusinessError('conflict', `What was decided is not what ${request.id} asks for.`)
}

/** What the rules of the table say, in words. */
function refusalOf(error: unknown, { approvalId }: Verdict): unknown {
  const { code, constraint } = error as { code?: string; constraint?: string }
  if (code === '23514' && constraint === 'approval_by_the_right_person')
    return new BusinessError('policy_denied', `This is not for you to decide: ${approvalId} needs another person.`)
  if (code === '23514' && constraint === 'approval_still_pending')
    return new BusinessError('conflict', `${approvalId} is decided already.`)
  if (code === '23505' && constraint === 'approval_decision_pkey')
    return new BusinessError('policy_denied', `You have decided about ${approvalId}. It needs another person now.`)
  if (code === '23505' && constraint === 'approval_decision_statement_id_key')
    return new BusinessError('conflict', 'This decision was used before.')
  return error
}

function decisionEntry(request: ApprovalRequest, { approver, verdict, comment, methods }: Verdict) {
  return {
    kind: 'decision' as const,
    caller: { kind: 'staff' as const, subject: approver, clientId: 'auth', scopes: new Set<string>(), may: [] },
    requestId: request.id,
    traceId: request.trace_id ?? undefined,
    meta: { approvalId: request.id },
    tool: request.tool,
    digest: request.arguments_digest,
    args: request.arguments,
    outcome: { verdict, methods, ...(comment ? { comment } : {}) },
  }
}
