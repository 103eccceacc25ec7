import { outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { claimSubject } from '../approval-subject.ts'
import { getClaim, lockClaim, requireVersion } from '../claim.ts'
import { describeClaim } from '../claim-view.ts'
import { deny } from '../decision.ts'
import { defineTool } from '../define.ts'
import { beginRelease } from '../ending.ts'
import { ClaimNumber, ExpectedVersion, Statement } from '../identifiers.ts'
import { ClaimShape } from '../shapes.ts'
import { requireStaff, viewerOf } from '../viewer.ts'
import { releaseDraws } from '../workflows/release-draws.ts'

export const denialReasons = [
  'no_evidence',
  'evidence_contradicts',
  'delivered',
  'out_of_time',
  'not_covered',
  'customer_fault',
  'fraud',
  'already_compensated',
] as const

export const denyClaim = defineTool({
  name: 'deny_claim',
  title: 'Deny claim',
  description:
    'Deny an assessed claim with a letter to the customer, who may appeal. What was set apart for it is given back. Denying it again changes nothing.',
  scope: 'claims:decide',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: async ({ claim_number }, { db, caller }) => {
    const { requested_minor, currency } = await getClaim(db, claim_number, viewerOf(caller))
    return tierOf(db, 'deny_claim', { minor: requested_minor, currency }, 'refuses a customer')
  },
  subject: ({ claim_number }, { db, caller }) => claimSubject(db, claim_number, caller),
  input: z.object({
    claim_number: ClaimNumber,
    reason_code: z.enum(denialReasons),
    letter: Statement.describe('To the customer: why, in plain words, and what can be done'),
    expected_version: ExpectedVersion.optional(),
  }),
  output: ClaimShape,
  text: ({ claim_number, reason_code }) => `${claim_number} is denied: ${reason_code?.replaceAll('_', ' ')}`,
  start: async ({ claim_number, reason_code, letter, expected_version }, { db, caller }) => {
    requireStaff(caller)
    const claim = await lockClaim(db, claim_number)
    if (claim.status === 'denied' && claim.reason_code === reason_code)
      return { workflowId: await beginRelease(db, claim, caller.subject), handle: claim.number }
    requireVersion(claim, expected_version)
    const denied = await deny(db, claim, { reasonCode: reason_code, letter, actor: caller.subject })
    return { workflowId: await beginRelease(db, denied, caller.subject), handle: claim.number }
  },
  outcome: async (workflowId, { db }) => {
    const { number } = await outcomeOf(releaseDraws, workflowId)
    return describeClaim(db, await getClaim(db, number))
  },
})
