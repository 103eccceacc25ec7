import { begin, outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { nextDrawRound } from '../appeal.ts'
import { getClaim, linesOf, lockClaim, requireVersion } from '../claim.ts'
import { requireTransition } from '../claim-status.ts'
import { describeClaim } from '../claim-view.ts'
import { defineTool } from '../define.ts'
import { ClaimNumber, ExpectedVersion, Statement } from '../identifiers.ts'
import { ClaimShape } from '../shapes.ts'
import { viewerOf } from '../viewer.ts'
import { appealClaim as workflow } from '../workflows/appeal-claim.ts'
import { drawSource } from '../workflows/draw-source.ts'

export const appealClaim = defineTool({
  name: 'appeal_claim',
  title: 'Appeal claim',
  description:
    'Have a denied claim looked at again, with a reason or new evidence. What was given back with the denial is set apart anew; when it has been used otherwise, the appeal is refused.',
  scope: 'claims:write',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'suspicious',
  input: z.object({
    claim_number: ClaimNumber,
    statement: Statement.describe('Why the denial was wrong'),
    expected_version: ExpectedVersion.optional(),
  }),
  output: ClaimShape,
  text: ({ claim_number, status }) => `${claim_number} is ${status.replaceAll('_', ' ')}`,
  start: async ({ claim_number, statement, expected_version }, { db, caller }) => {
    const claim = await lockClaim(db, claim_number, viewerOf(caller))
    requireTransition(claim, 'appealed')
    requireVersion(claim, expected_version)
    const round = await nextDrawRound(db, claim)
    const sourceId = drawSource({ number: claim.number, draw_round: round })
    const lines = (await linesOf(db, [claim.id])).map(({ order_line_id, qty, requested_minor }) => ({
      orderLineId: order_line_id,
      qty,
      amountMinor: requested_minor,
    }))
    await begin(db, workflow, {
      id: sourceId,
      subject: claim.number,
      input: { number: claim.number, round, sourceId, lines, statement, actor: caller.subject },
      startedBy: caller.subject,
    })
    return { workflowId: sourceId, handle: claim.number }
  },
  outcome: async (workflowId, { db, caller }) => {
    const { number } = await outcomeOf(workflow, workflowId)
    const viewer = viewerOf(caller)
    return describeClaim(db, await getClaim(db, number, viewer), viewer)
  },
})
