import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { claimSubject } from '../approval-subject.ts'
import { getClaim, lockClaim, requireVersion } from '../claim.ts'
import { describeClaim } from '../claim-view.ts'
import { approve } from '../decision.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, ClaimNumber, ExpectedVersion, OrderLineId } from '../identifiers.ts'
import { ClaimShape } from '../shapes.ts'
import { requireStaff, viewerOf } from '../viewer.ts'

export const approveClaim = defineTool({
  name: 'approve_claim',
  title: 'Approve claim',
  description:
    'Approve an assessed claim, wholly or for less than was requested. Nothing is paid yet: settle_claim does that. Not by whoever assessed it.',
  scope: 'claims:decide',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'suspicious',
  approval: async ({ claim_number, amount_minor }, { db, caller }) => {
    const { currency } = await getClaim(db, claim_number, viewerOf(caller))
    return tierOf(db, 'approve_claim', { minor: amount_minor, currency }, 'lets the customer be compensated with')
  },
  subject: ({ claim_number }, { db, caller }) => claimSubject(db, claim_number, caller),
  input: z.object({
    claim_number: ClaimNumber,
    amount_minor: AmountMinor,
    lines: z
      .array(z.object({ order_line_id: OrderLineId, amount_minor: AmountMinor }))
      .min(1)
      .max(200)
      .optional()
      .describe('Amounts of the lines, together amount_minor; by default divided as it was requested'),
    expected_version: ExpectedVersion,
  }),
  output: ClaimShape,
  text: ({ claim_number, approved_minor, currency, status }) =>
    `${claim_number} is ${status.replaceAll('_', ' ')} with ${formatMoney(approved_minor ?? 0, currency)}`,
  handle: async ({ claim_number, amount_minor, lines, expected_version }, { db, caller, approval }) => {
    requireStaff(caller)
    const claim = await lockClaim(db, claim_number)
    requireVersion(claim, expected_version)
    const approved = await approve(db, claim, {
      amountMinor: amount_minor,
      lines: lines?.map(({ order_line_id, amount_minor: minor }) => ({
        orderLineId: order_line_id,
        amountMinor: minor,
      })),
      actor: caller.subject,
      approvers: approval?.approvers,
    })
    return describeClaim(db, approved)
  },
})
