import type { AnyDatabase } from '../any-database.ts'
import { appendAudit } from '../calls/audit.ts'
import { effectOf } from '../calls/call-tool.ts'
import { resultOf, type ToolResult } from '../calls/outcome.ts'
import { isFinal, withinDeadline } from '../calls/start.ts'
import { BusinessError } from '../errors.ts'
import { type Runtime, readContext } from '../runtime.ts'
import { callOf } from './approved-call.ts'
import { type ApprovalRequest, endRequest, findRequest, lockRequest } from './request.ts'

const PATIENCE_MS = 1_500

/**
 * Waits a moment for the process that an approved call began, and stores its outcome: whoever asks finds it, also when the
 * server that began it is gone.
 */
export async function followProcess(runtime: Runtime, request: ApprovalRequest): Promise<ApprovalRequest> {
  const { workflow_id: workflowId } = request
  if (request.status !== 'executed' || workflowId === null || !isInProgress(request.result)) return request
  const approvers = request.decisions.map(({ approver }) => approver)
  const call = callOf(runtime, request, approvers)
  const { tool } = call.compiled
  if (!('start' in tool)) return request
  const { changed: _, ...context } = readContext(runtime, call)
  const settled = tool.outcome(workflowId, context, call.args).then(
    (value: unknown) => store(runtime, request, { result: resultOf(call.compiled, value, call.args) }),
    (error: unknown) => {
      if (error instanceof BusinessError && isFinal(error)) return store(runtime, request, { error })
      throw error
    },
  )
  const none = new AbortController().signal
  const stored = await withinDeadline(settled, PATIENCE_MS, none).catch((error: unknown) => {
    runtime.log.warn({ err: error, approval: request.id }, 'the process of an approved call is not known to have ended')
  })
  settled.catch(() => undefined)
  return stored ? ((await findRequest(runtime.db, request.id)) ?? request) : request
}

type Outcome = { result: ToolResult } | { error: BusinessError }

/** Once, whoever follows the process. */
async function store(runtime: Runtime, { id }: ApprovalRequest, outcome: Outcome): Promise<true> {
  await runtime.db.transaction().execute(async (trx: AnyDatabase) => {
    const request = await lockRequest(trx, id)
    if (request.status !== 'executed' || !isInProgress(request.result)) return
    const workflowId = request.workflow_id ?? undefined
    if ('error' in outcome) return endRequest(trx, id, { status: 'failed', workflowId, error: outcome.error.body })
    await endRequest(trx, id, { status: 'executed', workflowId, result: outcome.result })
    await appendAudit(trx, [effectOf(callOf(runtime, request, []), outcome.result)])
  })
  return true
}

function isInProgress(result: ToolResult | null): boolean {
  return result?.structured.status === 'in_progress' && 'handle' in result.structured
}
