import { outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { getClaim, lockClaim, requireVersion } from '../claim.ts'
import { describeClaim } from '../claim-view.ts'
import { defineTool } from '../define.ts'
import { beginRelease } from '../ending.ts'
import { ClaimNumber, ExpectedVersion } from '../identifiers.ts'
import { ClaimShape } from '../shapes.ts'
import { viewerOf } from '../viewer.ts'
import { withdraw } from '../withdrawal.ts'
import { releaseDraws } from '../workflows/release-draws.ts'

export const withdrawClaim = defineTool({
  name: 'withdraw_claim',
  title: 'Withdraw claim',
  description:
    'End a claim before it is settled, at the wish of whoever claimed; the goods can then be returned instead. Withdrawing it again changes nothing.',
  scope: 'claims:write',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({
    claim_number: ClaimNumber,
    reason: z.string().trim().min(1).max(500).optional(),
    expected_version: ExpectedVersion.optional(),
  }),
  output: ClaimShape,
  text: ({ claim_number }) => `${claim_number} is withdrawn`,
  start: async ({ claim_number, reason, expected_version }, { db, caller }) => {
    const claim = await lockClaim(db, claim_number, viewerOf(caller))
    if (claim.status !== 'withdrawn') {
      requireVersion(claim, expected_version)
      await withdraw(db, claim, { reason, actor: caller.subject })
    }
    return { workflowId: await beginRelease(db, claim, caller.subject), handle: claim.number }
  },
  outcome: async (workflowId, { db, caller }) => {
    const { number } = await outcomeOf(releaseDraws, workflowId)
    const viewer = viewerOf(caller)
    return describeClaim(db, await getClaim(db, number, viewer), viewer)
  },
})
