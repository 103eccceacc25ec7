import { type DomainName, resourceUrl } from '@backroom/access'
import { z } from 'zod'

// What auth and the domains say to each other about approvals.

/** Where a request stands. It is decided once; `executed` may still become `failed` while its process runs. */
export const approvalStatuses = [
  'pending',
  'executed',
  'failed',
  'rejected',
  'expired',
  'superseded',
  'cancelled',
] as const
export type ApprovalStatus = (typeof approvalStatuses)[number]

const Time = z.string().describe('ISO 8601')

/** A request as tools and resources show it. */
export const ApprovalShape = z.object({
  approval_id: z.string(),
  status: z.enum(approvalStatuses),
  tool: z.string(),
  tier: z.enum(['A1', 'A2', 'A3']),
  summary_untrusted: z.string().describe('The call in one line; it may quote what somebody typed'),
  reason: z.string().nullable(),
  subject: z.string().nullable().describe('What it changes'),
  subject_version: z.string().nullable(),
  policy_version: z.string(),
  changes_untrusted: z.array(
    z.object({ what: z.string(), before: z.string().nullable(), after: z.string().nullable() }),
  ),
  risks: z.array(z.string()),
  amount: z.object({ amount_minor: z.int(), currency: z.string() }).nullable(),
  arguments_untrusted: z.record(z.string(), z.unknown()),
  arguments_digest: z.string(),
  requested_by: z.string(),
  requested_at: Time,
  client_id: z.string(),
  required: z.int().describe('How many different persons must agree'),
  decisions: z.array(
    z.object({
      approver: z.string(),
      verdict: z.enum(['approve', 'reject']),
      comment_untrusted: z.string().nullable(),
      decided_at: Time,
    }),
  ),
  expires_at: Time,
  ended_at: Time.nullable(),
  approve_url: z.string(),
  result: z.record(z.string(), z.unknown()).nullable().describe('What the tool answered, once it was done'),
  error: z.record(z.string(), z.unknown()).nullable().describe('Why it was not done'),
  grant_id: z.string().nullable().optional(),
  requester: z.object({ username: z.string().nullable(), role: z.string().nullable() }),
})

export type ApprovalView = z.output<typeof ApprovalShape>

/** What `list_approvals` answers. */
export const ApprovalList = z.object({ items: z.array(ApprovalShape), next_cursor: z.string().optional() })

/** Longest comment of a decision, in characters. */
export const MOST_COMMENT = 1_000

/** What a decision statement says beside issuer, audience and times: `sub` is the person who decided, `jti` counts once. */
export const StatementClaims = z.object({
  jti: z.string().min(16),
  sub: z.string().min(1),
  amr: z.array(z.string()).min(1),
  approval_id: z.string(),
  verdict: z.enum(['approve', 'reject']),
  comment: z.string().max(MOST_COMMENT).optional(),
  arguments_digest: z.string(),
  subject_version: z.string().nullable(),
  policy_version: z.string(),
  /** Who asked, and what that person may do through that client at the time of the decision. */
  requester: z.object({ sub: z.string(), client_id: z.string(), scopes_now: z.array(z.string()) }),
})
export type StatementClaims = z.output<typeof StatementClaims>

/** Type of a decision statement: no access token has it, and no access token is one. */
export const STATEMENT_TYPE = 'decision+jwt'

/** How long a statement counts, in seconds. */
export const STATEMENT_LIFETIME_S = 60

/** The only audience of decisions about the requests of a domain. */
export function decisionAudience(publicUrl: string, domain: DomainName): string {
  return `${resourceUrl(publicUrl, domain)}#decisions`
}
