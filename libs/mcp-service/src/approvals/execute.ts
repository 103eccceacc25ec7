import { sql } from 'kysely'
import type { AnyDatabase } from '../any-database.ts'
import { appendAudit } from '../calls/audit.ts'
import { effectOf, type ValidCall, writeContext } from '../calls/call-tool.ts'
import { countAgainstProfile } from '../calls/daily-limit.ts'
import { resultOf } from '../calls/outcome.ts'
import { inProgress } from '../calls/start.ts'
import type { AnyContext } from '../define.ts'
import { BusinessError } from '../errors.ts'
import type { Runtime } from '../runtime.ts'
import { permits } from '../tool-table.ts'
import { callOf } from './approved-call.ts'
import { approvalNeeded, policyVersion } from './policy.ts'
import type { ApprovalRequest, Ending } from './request.ts'

/** A request that enough persons agreed to. */
interface Approved {
  request: ApprovalRequest
  /** The transaction of the last decision. */
  db: AnyDatabase
  approvers: readonly string[]
  scopesNow: readonly string[]
  changed: Set<string>
}

/**
 * Does what was approved, unless something that the agreement was bound to has changed. What a refused call did is undone; the
 * refusal is its end.
 */
export async function executeApproved(runtime: Runtime, approved: Approved): Promise<Ending> {
  const { request, db, approvers, scopesNow, changed } = approved
  const told = new Set<string>()
  await sql`savepoint execution`.execute(db)
  try {
    const call = callOf(runtime, request, approvers, scopesNow)
    const context = writeContext(runtime, call, db, told)
    requirePermission(call)
    await requireUnchanged(request, call, context)
    const ending = await perform(call, context)
    for (const uri of told) changed.add(uri)
    return ending
  } catch (error) {
    // What can succeed a moment later is not the end of the request: the decision is undone as well, and can be repeated.
    if (!(error instanceof BusinessError) || error.body.retryable) throw error
    await sql`rollback to savepoint execution`.execute(db)
    return { status: error instanceof Superseded ? 'superseded' : 'failed', error: error.body }
  }
}

async function perform(call: ValidCall, context: AnyContext): Promise<Ending> {
  const { compiled, args } = call
  const { tool } = compiled
  await countAgainstProfile(context.db, call.caller, tool)
  if ('handle' in tool) {
    const result = resultOf(compiled, await tool.handle(args, context), args)
    await appendAudit(context.db, [effectOf(call, result)])
    return { status: 'executed', result }
  }
  if (!('start' in tool)) throw new Error(`${tool.name} shares transactions with other calls and cannot be approved`)
  const { workflowId, handle } = await tool.start(args, context)
  return { status: 'executed', workflowId, result: inProgress(tool.name, handle) }
}

function requirePermission({ compiled: { tool }, caller }: ValidCall): void {
  if (permits(caller, tool)) return
  throw new BusinessError(
    'forbidden_scope',
    `Whoever asked for ${tool.name} may not do it any more: it needs ${tool.scope}.`,
    { details: { scope: tool.scope } },
  )
}

/** The policy or the object is not what the person who agreed saw. */
class Superseded extends BusinessError {}

async function requireUnchanged(request: ApprovalRequest, call: ValidCall, context: AnyContext): Promise<void> {
  const { tool } = call.compiled
  const policy = policyVersion(await approvalNeeded(tool, call.args, context))
  if (policy !== request.policy_version) throw superseded(request, 'The policy for it')
  const subject = await tool.subject?.(call.args, context)
  const version = subject ? String(subject.version) : null
  if (version !== request.subject_version) throw superseded(request, request.subject ?? 'What it changes')
}

function superseded({ id, tool }: ApprovalRequest, what: string): Superseded {
  return new Superseded('version_conflict', `${what} has changed since ${tool} was asked for. It was not done.`, {
    details: { approval_id: id, status: 'superseded' },
    nextActions: [{ tool, hint: 'Call it again, with a new idempotency_key, to ask anew.' }],
  })
}
