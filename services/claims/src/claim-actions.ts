import type { Claim } from './claim.ts'
import type { ClaimStatus } from './database-tables.ts'
import type { Viewer } from './viewer.ts'

const reviewable: readonly ClaimStatus[] = ['submitted', 'under_review', 'info_requested', 'appealed']
const provable: readonly ClaimStatus[] = [...reviewable, 'assessed', 'denied', 'approved', 'partially_approved']

/** Names of the tools that make sense for a claim as it is; a customer hears of those for customers. */
export function allowedActions({ status }: Claim, { customerId }: Viewer): string[] {
  const forAll = {
    add_evidence: provable.includes(status),
    appeal_claim: status === 'denied',
    withdraw_claim: !['settling', 'settled', 'closed', 'withdrawn'].includes(status),
  }
  const approved = status === 'approved' || status === 'partially_approved'
  const forStaff = {
    open_claim: status === 'draft',
    request_evidence: reviewable.includes(status) && status !== 'info_requested',
    assess_claim: reviewable.includes(status),
    approve_claim: status === 'assessed',
    deny_claim: status === 'assessed',
    settle_claim: approved,
  }
  const actions: Record<string, boolean> = customerId === undefined ? { ...forAll, ...forStaff } : forAll
  return Object.keys(actions).filter((name) => actions[name])
}
