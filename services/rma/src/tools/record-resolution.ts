import { z } from 'zod'
import { defineTool } from '../define.ts'
import { RmaReference } from '../identifiers.ts'
import { recordOutcome } from '../resolution-record.ts'
import { lockRma } from '../rma.ts'
import { resolutionShape } from '../rma-parts-view.ts'
import { ResolutionShape } from '../shapes.ts'
import { rmaUris } from '../uris.ts'

const Reference = z.string().min(1).max(128).nullish()

export const recordResolution = defineTool({
  name: 'record_resolution',
  title: 'Record resolution',
  description:
    'What became of a resolution of a return. The same again changes nothing; after a failure another resolution can be decided.',
  scope: 'rma:resolve',
  serviceOnly: true,
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    rma_number: RmaReference,
    resolution_id: z.string().min(1).max(64),
    status: z.enum(['succeeded', 'failed']),
    payment_refund_ref: Reference,
    credit_ref: Reference,
    replacement_order_id: Reference,
    amount_minor: z.int().nonnegative().optional().describe('What was paid'),
    message: z.string().max(500).nullish().describe('Why it failed'),
  }),
  output: z.object({ rma_number: z.string(), status: z.string(), resolution: ResolutionShape }),
  text: ({ rma_number, status, resolution }) =>
    `${resolution.resolution_id} ${resolution.status}; ${rma_number} is ${status}`,
  handle: async (args, { db, changed }) => {
    const { rma, resolution } = await recordOutcome(db, await lockRma(db, args.rma_number), {
      resolutionId: args.resolution_id,
      status: args.status,
      paymentRefundRef: args.payment_refund_ref ?? undefined,
      creditRef: args.credit_ref ?? undefined,
      replacementOrderRef: args.replacement_order_id ?? undefined,
      message: args.message ?? undefined,
    })
    changed(...rmaUris(rma))
    return { rma_number: rma.number, status: rma.status, resolution: resolutionShape(resolution) }
  },
})
