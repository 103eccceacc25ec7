import { sql } from 'kysely'
import { ulid } from 'ulid'
import type { AnyDatabase } from '../any-database.ts'
import { appendAudit } from '../calls/audit.ts'
import { entryOf, type ValidCall } from '../calls/call-tool.ts'
import { withoutSteering } from '../calls/fingerprint.ts'
import { type CallKey, keepWaiting } from '../calls/idempotency.ts'
import type { AnyContext, Tool } from '../define.ts'
import { type NeededApproval, policyVersion } from './policy.ts'
import { type Preview, previewOf } from './preview.ts'
import { urisOf } from './request.ts'
import { commonRisks } from './risks.ts'

const HOUR_MS = 3_600_000
/** Silence is never consent: after this time nothing can be decided any more. */
const lifetimeMs = { A1: HOUR_MS, A2: 24 * HOUR_MS, A3: 24 * HOUR_MS }
const persons = { A1: 1, A2: 1, A3: 2 }

/** What a call leaves that a person has to agree to. */
export interface Proposed {
  approvalId: string
}

/**
 * Lays a call before a person, in the call's own transaction: nothing of it happens before somebody agrees. The same call by
 * the same requester is laid before them once, however often it is made while it waits.
 *
 * @throws {BusinessError} the refusal that the call itself would meet
 */
export async function propose(
  call: ValidCall,
  key: CallKey | undefined,
  needed: NeededApproval,
  context: AnyContext,
): Promise<Proposed> {
  const { db } = context
  const separate = call.args.force_new === true
  const proposal = { call, needed, preview: await previewOf(call, context), policy: policyVersion(needed), separate }
  await withdrawOutdated(db, proposal)
  const approvalId = (await insert(db, proposal)) ?? (await waitingFor(db, proposal))
  if (key) await keepWaiting(db, key, approvalId)
  context.changed(...urisOf({ id: approvalId, requested_by: call.caller.subject }))
  return { approvalId }
}

interface Proposal {
  call: ValidCall
  needed: NeededApproval
  preview: Preview
  policy: string
  separate: boolean
}

/** The same call, laid before somebody under circumstances that are over, could only be refused. */
async function withdrawOutdated(db: AnyDatabase, { call, preview, policy }: Proposal): Promise<void> {
  await sql`
    update approval_request
    set status = case when expires_at <= now() then 'expired' else 'superseded' end, ended_at = now()
    where requested_by = ${call.caller.subject} and arguments_digest = ${call.digest} and status = 'pending'
      and not separate and (expires_at <= now() or policy_version <> ${policy}
                            or subject_version is distinct from ${versionOf(preview)})`.execute(db)
}

/** Id of the new request; undefined when the same call waits already. */
async function insert(db: AnyDatabase, { call, needed, preview, policy, separate }: Proposal) {
  const { compiled, caller, digest, traceId } = call
  const { scopes: _, ...requester } = caller
  const { tier, reason, amount } = needed
  const risks = [...(needed.risks ?? []), ...(await commonRisks(db, call))]
  const id = `apr_${ulid()}`
  const args = withoutSteering(call.args)
  const { rows } = await sql<{ id: string }>`
    insert into approval_request (
      id, tool, tier, required, arguments, arguments_digest, subject, subject_version, policy_version, summary, reason,
      changes, risks, amount_minor, currency, requested_by, client_id, grant_id, requester, trace_id, separate, expires_at)
    values (
      ${id}, ${compiled.tool.name}, ${tier}, ${persons[tier]}, ${JSON.stringify(args)}::jsonb, ${digest},
      ${preview.subject?.name ?? null}, ${versionOf(preview)}, ${policy}, ${summaryOf(compiled.tool, preview, args)},
      ${reason ?? null}, ${JSON.stringify(preview.changes)}::jsonb, ${JSON.stringify(risks)}::jsonb,
      ${amount?.minor ?? null}, ${amount?.currency ?? null}, ${caller.subject}, ${caller.clientId},
      ${caller.grantId ?? null}, ${JSON.stringify(requester)}::jsonb, ${traceId ?? null}, ${separate},
      now() + make_interval(secs => ${lifetimeMs[tier] / 1_000}))
    on conflict do nothing returning id`.execute(db)
  if (!rows[0]) return undefined
  const meta = { ...call.meta, approvalId: id }
  await appendAudit(db, [entryOf({ ...call, meta }, 'request', { status: 'pending_approval', approval_id: id, tier })])
  return id
}

async function waitingFor(db: AnyDatabase, { call }: Proposal): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select id from approval_request
    where requested_by = ${call.caller.subject} and arguments_digest = ${call.digest} and status = 'pending'
      and not separate`.execute(db)
  const [waiting] = rows
  if (!waiting) throw new Error(`The request for ${call.compiled.tool.name} neither waits nor could be kept`)
  return waiting.id
}

function versionOf({ subject }: Preview): string | null {
  return subject ? String(subject.version) : null
}

const MOST_NAMED = 4

function summaryOf({ name, title }: Tool, { subject }: Preview, args: Record<string, unknown>): string {
  const what = title ?? name.replaceAll('_', ' ')
  if (subject) return `${what}: ${subject.name}`
  const named = Object.entries(args)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    .slice(0, MOST_NAMED)
    .map(([label, value]) => `${label.replaceAll('_', ' ')} ${value}`)
  return named.length > 0 ? `${what}: ${named.join(', ')}` : what
}
