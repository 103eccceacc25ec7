import { sql } from 'kysely'
import type { AnyDatabase } from '../any-database.ts'
import type { Caller } from '../caller.ts'
import type { ToolResult } from '../calls/outcome.ts'
import type { Tier } from '../define.ts'
import { BusinessError, type BusinessErrorBody } from '../errors.ts'
import type { ApprovalStatus } from './contract.ts'

/** One value that a call changes, as text for a person; null where there is none. */
export interface Change {
  what: string
  before: string | null
  after: string | null
}

/** Who asked, without the scopes: what they may do is found out anew when the call is executed. */
export type Requester = Omit<Caller, 'scopes'>

/** What somebody said about a request. */
export interface ApprovalDecision {
  approver: string
  verdict: 'approve' | 'reject'
  comment: string | null
  decided_at: string
}

/** A call that waits, or waited, for a person. */
export interface ApprovalRequest {
  id: string
  tool: string
  tier: Exclude<Tier, 'A0'>
  /** How many different persons must agree. */
  required: number
  arguments: Record<string, unknown>
  arguments_digest: string
  subject: string | null
  subject_version: string | null
  policy_version: string
  summary: string
  reason: string | null
  changes: Change[]
  risks: string[]
  amount_minor: number | null
  currency: string | null
  requested_by: string
  client_id: string
  grant_id: string | null
  requester: Requester
  trace_id: string | null
  status: ApprovalStatus
  workflow_id: string | null
  result: ToolResult | null
  error: BusinessErrorBody | null
  created_at: Date
  expires_at: Date
  ended_at: Date | null
  decisions: ApprovalDecision[]
}

const columns = sql`
  r.id, r.tool, r.tier, r.required, r.arguments, r.arguments_digest, r.subject, r.subject_version, r.policy_version,
  r.summary, r.reason, r.changes, r.risks, r.amount_minor, r.currency, r.requested_by, r.client_id, r.grant_id,
  r.requester, r.trace_id, r.workflow_id, r.result, r.error, r.created_at, r.expires_at, r.ended_at,
  case when r.status = 'pending' and r.expires_at <= now() then 'expired' else r.status end as status,
  coalesce((
    select jsonb_agg(jsonb_build_object('approver', d.approver, 'verdict', d.verdict, 'comment', d.comment,
                                        'decided_at', d.decided_at) order by d.decided_at)
    from approval_decision d where d.request = r.id), '[]'::jsonb) as decisions`

/** The request; of one requester alone when a subject is given. Undefined when there is none. */
export async function findRequest(
  db: AnyDatabase,
  id: string,
  { of }: { of?: string | undefined } = {},
): Promise<ApprovalRequest | undefined> {
  const { rows } = await sql<ApprovalRequest>`
    select ${columns} from approval_request r
    where r.id = ${id} and (${of ?? null}::text is null or r.requested_by = ${of ?? null})`.execute(db)
  return rows[0]
}

/**
 * The request, locked until the transaction ends.
 *
 * @throws {BusinessError} not_found
 */
export async function lockRequest(db: AnyDatabase, id: string): Promise<ApprovalRequest> {
  await sql`select 1 from approval_request where id = ${id} for update`.execute(db)
  return (await findRequest(db, id)) ?? fail(id)
}

export interface RequestFilter {
  status: ApprovalStatus | 'any'
  /** Subject of the requester; absent: everybody's. */
  of?: string | undefined
  /** Only those before this id. */
  before?: string | undefined
  limit: number
}

/** Requests, the newest first. */
export async function listRequests(
  db: AnyDatabase,
  { status, of, before, limit }: RequestFilter,
): Promise<ApprovalRequest[]> {
  const { rows } = await sql<ApprovalRequest>`
    select ${columns} from approval_request r
    where (${of ?? null}::text is null or r.requested_by = ${of ?? null})
      and (${before ?? null}::text is null or r.id < ${before ?? null})
      and (${status} = 'any' or ${status} =
           case when r.status = 'pending' and r.expires_at <= now() then 'expired' else r.status end)
    order by r.id desc limit ${limit}`.execute(db)
  return rows
}

/** How a request ends. */
export interface Ending {
  status: Exclude<ApprovalStatus, 'pending'>
  workflowId?: string | undefined
  result?: ToolResult | undefined
  error?: BusinessErrorBody | undefined
}

/** Writes the end of a request. */
export async function endRequest(
  db: AnyDatabase,
  id: string,
  { status, workflowId, result, error }: Ending,
): Promise<void> {
  await sql`
    update approval_request
    set status = ${status}, workflow_id = ${workflowId ?? null}, result = ${json(result)}::jsonb,
        error = ${json(error)}::jsonb, ended_at = now()
    where id = ${id}`.execute(db)
}

/** The URIs that change with a request, for its requester alone. */
export function urisOf({ id, requested_by }: Pick<ApprovalRequest, 'id' | 'requested_by'>): string[] {
  return [`approvals://pending#${requested_by}`, `approvals://${id}#${requested_by}`]
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

function fail(id: string): never {
  throw new BusinessError('not_found', `There is no approval ${id}.`, { nextActions: [{ tool: 'list_approvals' }] })
}
