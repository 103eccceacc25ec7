import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { rmaSubject } from '../approval-subject.ts'
import { reject } from '../decision.ts'
import { defineTool } from '../define.ts'
import { ExpectedVersion, RmaReference, Text } from '../identifiers.ts'
import { getRma, lockRma, requireVersion } from '../rma.ts'
import { describeRma } from '../rma-view.ts'
import { RmaShape } from '../shapes.ts'
import { rmaUris } from '../uris.ts'
import { requireStaff, viewerOf } from '../viewer.ts'

export const rejectRma = defineTool({
  name: 'reject_rma',
  title: 'Reject return',
  description: 'Refuse a return that waits for a decision. Its units can be returned or claimed again.',
  scope: 'rma:authorize',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'key_required',
  approval: async ({ rma_number }, { db, caller }) => {
    await getRma(db, rma_number, viewerOf(caller))
    return tierOf(db, { tool: 'reject_rma', account: caller.subject })
  },
  subject: ({ rma_number }, { db, caller }) => rmaSubject(db, rma_number, caller),
  input: z.object({
    rma_number: RmaReference,
    note: Text.describe('Why; the customer sees it'),
    expected_version: ExpectedVersion,
  }),
  output: RmaShape,
  text: ({ rma_number }) => `${rma_number} is rejected`,
  handle: async ({ rma_number, note, expected_version }, { db, caller, changed }) => {
    requireStaff(caller)
    const rma = await lockRma(db, rma_number)
    requireVersion(rma, expected_version)
    const rejected = await reject(db, rma, { actor: caller.subject, note })
    changed(...rmaUris(rejected))
    return describeRma(db, rejected)
  },
})
