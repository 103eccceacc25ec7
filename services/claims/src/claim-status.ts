import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Claim } from './claim.ts'
import type { ClaimStatus, Tables } from './database-tables.ts'

/** Where a claim may go from each status. A settlement that came to nothing leads back to the approval. */
export const claimTransitions: Record<ClaimStatus, readonly ClaimStatus[]> = {
  draft: ['submitted', 'withdrawn'],
  submitted: ['under_review', 'withdrawn'],
  under_review: ['info_requested', 'assessed', 'withdrawn'],
  info_requested: ['under_review', 'withdrawn'],
  assessed: ['approved', 'partially_approved', 'denied', 'withdrawn'],
  approved: ['settling', 'withdrawn'],
  partially_approved: ['settling', 'withdrawn'],
  denied: ['appealed', 'withdrawn'],
  appealed: ['under_review', 'withdrawn'],
  settling: ['settled', 'approved', 'partially_approved'],
  settled: ['closed'],
  closed: [],
  withdrawn: [],
}

/** Columns that some transitions set besides the status. */
type Consequence = Partial<
  Pick<
    Claim,
    | 'approved_minor'
    | 'decided_at'
    | 'settled_at'
    | 'reason_code'
    | 'liability_party'
    | 'draw_round'
    | 'resume_status'
    | 'sla_due'
  >
>

/** What led to a transition, for the history. */
export interface Cause {
  type: string
  actor: string
  data?: Record<string, unknown>
}

/**
 * Moves a locked claim to another status; the version grows by one and the history by one entry.
 *
 * @throws {BusinessError} invalid_transition with the legal set
 */
export async function setStatus(
  db: Kysely<Tables>,
  claim: Claim,
  to: ClaimStatus,
  { type, actor, data = {} }: Cause,
  consequence: Consequence = {},
): Promise<Claim> {
  requireTransition(claim, to)
  await db
    .insertInto('claim_event')
    .values({
      claim_id: claim.id,
      type,
      from_status: claim.status,
      to_status: to,
      actor,
      data: JSON.stringify(data),
    })
    .execute()
  return db
    .updateTable('claim')
    .set({ status: to, ...consequence, version: claim.version + 1 })
    .where('id', '=', claim.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Brings a locked claim under review, if it is where a review can begin or go on. */
export async function takeUp(db: Kysely<Tables>, claim: Claim, actor: string): Promise<Claim> {
  if (claim.status === 'under_review') return claim
  return setStatus(db, claim, 'under_review', { type: 'claim.review_started', actor })
}

/** @throws {BusinessError} invalid_transition with the legal set */
export function requireTransition({ number, status }: Claim, to: ClaimStatus): void {
  const legal = claimTransitions[status]
  if (legal.includes(to)) return
  throw new BusinessError('invalid_transition', `${number} is ${readable(status)} and cannot become ${readable(to)}.`, {
    details: { status, wanted: to, legal },
    nextActions: [
      { tool: 'get_claim', arguments: { claim_number: number }, hint: 'allowed_actions says what can be done.' },
    ],
  })
}

function readable(status: ClaimStatus): string {
  return status.replaceAll('_', ' ')
}
