import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { rmaSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { ExpectedVersion, RmaReference } from '../identifiers.ts'
import { advance } from '../resolution.ts'
import { advanceInForce } from '../resolution-state.ts'
import { settledResolution } from '../resolution-wait.ts'
import { getRma, lockRma, requireVersion } from '../rma.ts'
import { resolutionShape } from '../rma-parts-view.ts'
import { describeRma } from '../rma-view.ts'
import { ResolutionShape, RmaShape } from '../shapes.ts'
import { rmaUris } from '../uris.ts'
import { requireStaff, viewerOf } from '../viewer.ts'

export const advanceRefund = defineTool({
  name: 'advance_refund',
  title: 'Advance refund',
  description:
    'Pay back before the goods of an authorised return have come, up to what they are expected to be worth. When they do not come within clawback_days, the customer owes the money. One advance a return.',
  scope: 'rma:resolve',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: async ({ rma_number, amount_minor }, { db, caller }) => {
    const { currency } = await getRma(db, rma_number, viewerOf(caller))
    const amount = { minor: amount_minor, currency }
    return tierOf(db, { tool: 'advance_refund', account: caller.subject, amount })
  },
  subject: ({ rma_number }, { db, caller }) => rmaSubject(db, rma_number, caller),
  input: z.object({
    rma_number: RmaReference,
    amount_minor: z.int().positive().max(1_000_000_000_000),
    clawback_days: z.int().min(1).max(90).default(30),
    expected_version: ExpectedVersion,
  }),
  output: z.object({ resolution: ResolutionShape, rma: RmaShape }),
  text: ({ resolution: { amount_minor, currency, status, clawback }, rma }) =>
    `${rma.rma_number}: advance of ${formatMoney(amount_minor, currency)} ${status}; goods are due by ${clawback?.due_at}`,
  start: async ({ rma_number, amount_minor, clawback_days, expected_version }, { db, caller, changed }) => {
    requireStaff(caller)
    const locked = await lockRma(db, rma_number)
    if (!(await advanceInForce(db, locked.id))) requireVersion(locked, expected_version)
    const { rma, resolution } = await advance(db, locked, {
      amountMinor: amount_minor,
      clawbackDays: clawback_days,
      actor: caller.subject,
    })
    changed(...rmaUris(rma))
    return { workflowId: resolution.id, handle: rma.number }
  },
  outcome: async (id, { db }) => {
    const resolution = await settledResolution(db, id)
    return { resolution: resolutionShape(resolution), rma: await describeRma(db, await getRma(db, resolution.rma_id)) }
  },
})
