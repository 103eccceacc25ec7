import type { ToolResult } from '../calls/outcome.ts'
import { BusinessError, businessErrorOf } from '../errors.ts'
import type { Runtime } from '../runtime.ts'
import { followProcess } from './process.ts'
import { type ApprovalRequest, findRequest } from './request.ts'

/**
 * What a call answers that was laid before a person, from where the request stands now: that it waits, the result of the
 * approved call, or why it came to nothing.
 *
 * @throws {BusinessError} when it came to nothing
 */
export async function answerOf(runtime: Runtime, approvalId: string): Promise<ToolResult> {
  const request = await findRequest(runtime.db, approvalId)
  if (!request) throw new Error(`There is no approval ${approvalId}`)
  return answerFrom(runtime, await followProcess(runtime, request))
}

/** {@link answerOf} for a request that was just read. */
export function answerFrom({ publicUrl, service }: Runtime, request: ApprovalRequest): ToolResult {
  if (request.status === 'pending') return waiting(request, approvalUrl(publicUrl, service.domain, request.id))
  if (request.status === 'executed' && request.result) return { ...request.result, replayed: true }
  throw request.error ? businessErrorOf(request.error) : cameToNothing(request)
}

/** The page where a request is decided. */
export function approvalUrl(publicUrl: string, domain: string, id: string): string {
  return `${publicUrl}/auth/approvals/${domain}/${id}`
}

const who = { A1: 'your confirmation', A2: 'the approval of another person', A3: 'the approval of two other persons' }

function waiting({ id, tool, tier, reason, expires_at }: ApprovalRequest, url: string): ToolResult {
  const needs = `${tool} needs ${who[tier]}${reason ? ` because ${reason}` : ''}`
  const message = `${needs}. Nothing has happened yet. ${tier === 'A1' ? 'Confirm it' : 'It is decided'} at ${url}`
  return {
    structured: {
      status: 'pending_approval',
      approval_id: id,
      approve_url: url,
      expires_at: expires_at.toISOString(),
      tier,
      message,
    },
    text: `${message} and get_approval with ${id} tells what became of it. Do not call it again.`,
    waitsFor: { id, tier, url, message: needs },
  }
}

function cameToNothing({ id, tool, status, decisions }: ApprovalRequest): BusinessError {
  const details = { approval_id: id, status }
  const again = { tool, hint: 'Call it again, with a new idempotency_key, to ask anew.' }
  switch (status) {
    case 'rejected': {
      const comment = decisions.find(({ verdict }) => verdict === 'reject')?.comment
      return new BusinessError('policy_denied', `${id} was rejected, so ${tool} was not done.`, {
        details: { ...details, ...(comment ? { comment_untrusted: comment } : {}) },
      })
    }
    case 'superseded':
      return new BusinessError(
        'version_conflict',
        `What ${tool} would have changed, or the policy for it, is not as it was when it was asked for. It was not done.`,
        { details, nextActions: [again] },
      )
    case 'cancelled':
      return new BusinessError('conflict', `${id} was withdrawn, so ${tool} was not done.`, {
        details,
        nextActions: [again],
      })
    default:
      return new BusinessError('policy_denied', `Nobody decided about ${id} in time, so ${tool} was not done.`, {
        details,
        nextActions: [again],
      })
  }
}
