import type { CallContext } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { rmaSubject } from '../approval-subject.ts'
import { resolutionKinds, type Tables } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, ExpectedVersion, Quantity, RmaReference, Sku } from '../identifiers.ts'
import { breakdownOf } from '../refund-breakdown.ts'
import { offerOf, requireResolvable, resolve } from '../resolution.ts'
import { resolutionInForce } from '../resolution-state.ts'
import { settledResolution } from '../resolution-wait.ts'
import { getRma, lockRma, requireVersion } from '../rma.ts'
import { resolutionShape } from '../rma-parts-view.ts'
import { describeRma } from '../rma-view.ts'
import { ResolutionShape, RmaShape } from '../shapes.ts'
import { rmaUris } from '../uris.ts'
import { requireStaff, viewerOf } from '../viewer.ts'

const input = z.object({
  rma_number: RmaReference,
  kind: z.enum(resolutionKinds),
  amount_minor: AmountMinor.optional().describe('refund and store_credit: less than the ceiling; all of it by default'),
  replacement_lines: z
    .array(z.object({ sku: Sku, qty: Quantity }))
    .min(1)
    .max(100)
    .optional()
    .describe('exchange: what is sent instead; the same articles by default'),
  expected_version: ExpectedVersion,
})

export const resolveReturn = defineTool({
  name: 'resolve_return',
  title: 'Resolve return',
  description:
    'End an inspected return, or one that needs no goods back: refund, exchange, store_credit, repair, or reject when nothing passed. Never pays more than what the accepted units cost, less fees (propose_resolution). In an exchange the customer may pay a higher price by a link and gets back what a cheaper one costs less. Done once a return: repeating it answers with the same resolution, another wish is refused.',
  scope: 'rma:resolve',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: async (args, context) => {
    const { amount, currency } = await worthOf(args, context)
    const { db, caller } = context
    return tierOf(db, { tool: 'resolve_return', account: caller.subject, amount: { minor: amount, currency } })
  },
  subject: ({ rma_number }, { db, caller }) => rmaSubject(db, rma_number, caller),
  input,
  output: z.object({ resolution: ResolutionShape, rma: RmaShape }),
  text: ({ resolution: { kind, amount_minor, currency, status }, rma }) =>
    `${rma.rma_number}: ${kind} of ${formatMoney(amount_minor, currency)} ${status}`,
  start: async (args, { db, caller, changed }) => {
    requireStaff(caller)
    const locked = await lockRma(db, args.rma_number)
    if (!(await resolutionInForce(db, locked.id))) requireVersion(locked, args.expected_version)
    const { rma, resolution } = await resolve(db, locked, { ...wishOf(args), actor: caller.subject })
    changed(...rmaUris(rma))
    return { workflowId: resolution.id, handle: rma.number }
  },
  outcome: async (id, { db }) => {
    const resolution = await settledResolution(db, id)
    return { resolution: resolutionShape(resolution), rma: await describeRma(db, await getRma(db, resolution.rma_id)) }
  },
})

function wishOf({ kind, amount_minor, replacement_lines }: z.output<typeof input>) {
  return { kind, amountMinor: amount_minor, replacement: replacement_lines }
}

/** What the call would give the customer, in minor units. */
async function worthOf(args: z.output<typeof input>, { db, caller }: CallContext<Tables>) {
  const rma = await getRma(db, args.rma_number, viewerOf(caller))
  const earlier = await resolutionInForce(db, rma.id)
  if (earlier) return { amount: earlier.amount_minor, currency: rma.currency }
  requireResolvable(rma)
  const amount = offerOf(rma, await breakdownOf(db, rma), wishOf(args)).amountMinor
  return { amount, currency: rma.currency }
}
