import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { rmaSubject } from '../approval-subject.ts'
import { approveReturnless as approve } from '../decision.ts'
import { defineTool } from '../define.ts'
import { ExpectedVersion, RmaReference, Text } from '../identifiers.ts'
import { breakdownOf } from '../refund-breakdown.ts'
import { getRma, lockRma, requireVersion } from '../rma.ts'
import { describeRma } from '../rma-view.ts'
import { RmaShape } from '../shapes.ts'
import { rmaUris } from '../uris.ts'
import { requireStaff, viewerOf } from '../viewer.ts'

export const approveReturnless = defineTool({
  name: 'approve_returnless',
  title: 'Approve returnless',
  description:
    'Let the customer of an authorised return keep the goods: it can be resolved at once, as if they had come back in order.',
  scope: 'rma:authorize',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: async ({ rma_number }, { db, caller }) => {
    const rma = await getRma(db, rma_number, viewerOf(caller))
    const { shareMinor: minor } = await breakdownOf(db, rma, 'authorised')
    return tierOf(db, {
      tool: 'approve_returnless',
      account: caller.subject,
      amount: { minor, currency: rma.currency },
    })
  },
  subject: ({ rma_number }, { db, caller }) => rmaSubject(db, rma_number, caller),
  input: z.object({ rma_number: RmaReference, note: Text.optional(), expected_version: ExpectedVersion }),
  output: RmaShape,
  text: ({ rma_number, money }) =>
    `${rma_number} needs no goods back; up to ${money.ceiling_minor} minor units can be paid`,
  handle: async ({ rma_number, note, expected_version }, { db, caller, changed }) => {
    requireStaff(caller)
    const rma = await lockRma(db, rma_number)
    requireVersion(rma, expected_version)
    const approved = await approve(db, rma, { actor: caller.subject, note })
    changed(...rmaUris(approved))
    return describeRma(db, approved)
  },
})
