import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { rmaSubject } from '../approval-subject.ts'
import { authorize } from '../decision.ts'
import { defineTool } from '../define.ts'
import { ExpectedVersion, OrderLineId, RmaReference, Text } from '../identifiers.ts'
import { getRma, lockRma, requireVersion } from '../rma.ts'
import { describeRma } from '../rma-view.ts'
import { RmaShape } from '../shapes.ts'
import { rmaUris } from '../uris.ts'
import { requireStaff, viewerOf } from '../viewer.ts'

export const authorizeRma = defineTool({
  name: 'authorize_rma',
  title: 'Authorise return',
  description:
    'Let the goods of a return come back: all that was asked for, or fewer units of some lines. What is left out can be returned or claimed again.',
  scope: 'rma:authorize',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'key_required',
  approval: async ({ rma_number }, { db, caller }) => {
    const { out_of_policy } = await getRma(db, rma_number, viewerOf(caller))
    const kind = out_of_policy.length > 0 ? 'out_of_policy' : 'in_policy'
    return tierOf(db, { tool: 'authorize_rma', account: caller.subject, kind })
  },
  subject: ({ rma_number }, { db, caller }) => rmaSubject(db, rma_number, caller),
  input: z.object({
    rma_number: RmaReference,
    lines: z
      .array(
        z.object({ line: OrderLineId.describe('rma_line_id or order_line_id'), qty: z.int().min(0).max(1_000_000) }),
      )
      .min(1)
      .max(100)
      .optional(),
    note: Text.optional().describe('The customer sees it'),
    expected_version: ExpectedVersion,
  }),
  output: RmaShape,
  text: ({ rma_number, expires_at }) => `${rma_number} is authorised; the goods must be on their way by ${expires_at}`,
  handle: async ({ rma_number, lines, note, expected_version }, { db, caller, changed }) => {
    requireStaff(caller)
    const rma = await lockRma(db, rma_number)
    requireVersion(rma, expected_version)
    const authorized = await authorize(db, rma, lines, { actor: caller.subject, note })
    changed(...rmaUris(authorized))
    return describeRma(db, authorized)
  },
})
