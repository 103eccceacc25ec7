import type { Runtime } from '../runtime.ts'
import { approvalUrl } from './answer.ts'
import type { ApprovalView } from './contract.ts'
import type { ApprovalRequest } from './request.ts'

/** A request for its requester, or with everything that auth needs to know. */
export function approvalView(
  { publicUrl, service }: Pick<Runtime, 'publicUrl' | 'service'>,
  request: ApprovalRequest,
  { all }: { all: boolean },
): ApprovalView {
  const { id, amount_minor, currency, created_at, expires_at, ended_at, decisions, requester } = request
  return {
    approval_id: id,
    status: request.status,
    tool: request.tool,
    tier: request.tier,
    summary_untrusted: request.summary,
    reason: request.reason,
    subject: request.subject,
    subject_version: request.subject_version,
    policy_version: request.policy_version,
    changes_untrusted: request.changes,
    risks: request.risks,
    amount: amount_minor === null || currency === null ? null : { amount_minor, currency },
    arguments_untrusted: request.arguments,
    arguments_digest: request.arguments_digest,
    requested_by: request.requested_by,
    requested_at: created_at.toISOString(),
    client_id: request.client_id,
    required: request.required,
    decisions: decisions.map(({ comment, ...decision }) => ({ ...decision, comment_untrusted: comment })),
    expires_at: expires_at.toISOString(),
    ended_at: ended_at?.toISOString() ?? null,
    approve_url: approvalUrl(publicUrl, service.domain, id),
    result: request.result?.structured ?? null,
    error: request.error ? { ...request.error } : null,
    ...(all ? { grant_id: request.grant_id } : {}),
    requester: { username: requester.username ?? null, role: requester.role ?? null },
  }
}
