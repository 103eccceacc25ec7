import { begin, outcomeOf } from '@backroom/workflows'
import { ulid } from 'ulid'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { RmaReference, Text } from '../identifiers.ts'
import { getRma, lockRma } from '../rma.ts'
import { requireStatus } from '../rma-status.ts'
import { runningProcess } from '../running-process.ts'
import { requireStaff } from '../viewer.ts'
import { linkClaim } from '../workflows/link-claim.ts'

const DONE = 'done:'

export const linkCarrierClaim = defineTool({
  name: 'link_carrier_claim',
  title: 'Link carrier claim',
  description:
    'Have the claims server draft a case against the carrier for goods of a return that were damaged or lost on the way. The customer is compensated by the return alone. A return has one: asking again answers with it.',
  scope: 'rma:write',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    rma_number: RmaReference,
    shipment_id: z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .describe('Shipment on which it happened, from get_order or the label of the return'),
    statement: Text.default('Goods of a return were damaged on the way.'),
  }),
  output: z.object({ rma_number: z.string(), claim_number: z.string() }),
  text: ({ rma_number, claim_number }) => `${claim_number} is drafted for ${rma_number}`,
  start: async ({ rma_number, shipment_id, statement }, { db, caller }) => {
    requireStaff(caller)
    const rma = await lockRma(db, rma_number)
    if (rma.carrier_claim !== null) return { workflowId: `${DONE}${rma.id}`, handle: rma.number }
    const open = ['authorized', 'label_issued', 'in_transit', 'partially_received', 'received', 'inspecting'] as const
    const later = ['inspected', 'disputed', 'resolving', 'resolved', 'closed'] as const
    requireStatus(rma, ['requested', 'more_info', ...open, ...later], 'claimed for')
    const id = (await runningProcess(db, linkClaim, rma.id)) ?? `claim:${ulid()}`
    const input = { rmaId: rma.id, shipmentRef: shipment_id, statement }
    await begin(db, linkClaim, { id, subject: rma.id, input, startedBy: caller.subject })
    return { workflowId: id, handle: rma.number }
  },
  outcome: async (id, { db }) => {
    const rmaId = id.startsWith(DONE) ? id.slice(DONE.length) : (await outcomeOf(linkClaim, id)).rmaId
    const { number, carrier_claim } = await getRma(db, rmaId)
    return { rma_number: number, claim_number: carrier_claim ?? '' }
  },
})
