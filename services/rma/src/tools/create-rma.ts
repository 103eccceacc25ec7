import { begin, outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { wantedResolutions } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { OrderLineId, OrderReference, Quantity, ReasonCode, Sha256, Text } from '../identifiers.ts'
import { getRma, newRmaId, nextNumber } from '../rma.ts'
import { describeRma } from '../rma-view.ts'
import { RmaShape } from '../shapes.ts'
import { viewerOf } from '../viewer.ts'
import { openReturn } from '../workflows/open-return.ts'

const PROCESS = 'open:'

export const createRma = defineTool({
  name: 'create_rma',
  title: 'Create return',
  description:
    'Ask to return units of an order. They are taken from what the order may still be compensated with, so that no other return or claim covers them. Authorised at once where the policy says so; else it waits for authorize_rma, or for evidence. check_return_eligibility tells beforehand.',
  scope: 'rma:write',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'key_required',
  input: z.object({
    order_id: OrderReference,
    lines: z
      .array(
        z.object({
          order_line_id: OrderLineId,
          qty: Quantity,
          reason: ReasonCode.optional(),
          note: Text.optional().describe('What the customer says about it'),
        }),
      )
      .min(1)
      .max(100)
      .optional()
      .describe('Everything that can still be returned when left out'),
    reason: ReasonCode.default('other').describe('For lines that name none'),
    note: Text.optional().describe('For lines that have none'),
    resolution: z.enum(wantedResolutions).default('refund').describe('What the customer would like'),
    evidence: z
      .array(z.object({ kind: z.string().regex(/^[a-z_]{1,32}$/), uri: z.url().max(500), sha256: Sha256.optional() }))
      .max(20)
      .default([]),
    channel: z
      .string()
      .regex(/^[a-z_]{1,32}$/)
      .optional(),
  }),
  output: RmaShape,
  text: ({ rma_number, status }) => `${rma_number} is ${status}`,
  start: async ({ order_id, lines, reason, note, channel, ...args }, { db, caller }) => {
    const rmaId = newRmaId()
    const id = `${PROCESS}${rmaId}`
    const input = {
      ...args,
      rmaId,
      number: await nextNumber(db),
      orderRef: order_id,
      customerId: viewerOf(caller).customerId,
      lines: lines?.map((line) => ({
        orderLineId: line.order_line_id,
        qty: line.qty,
        reason: line.reason ?? reason,
        note: line.note ?? note,
      })),
      ...{ reason, note },
      channel: channel ?? caller.actor ?? (caller.kind === 'service' ? caller.clientId : 'service'),
      actor: caller.subject,
    }
    await begin(db, openReturn, { id, subject: rmaId, input, startedBy: caller.subject })
    return { workflowId: id, handle: rmaId }
  },
  outcome: async (id, { db, caller }) => {
    const { rmaId } = await outcomeOf(openReturn, id)
    const viewer = viewerOf(caller)
    return describeRma(db, await getRma(db, rmaId, viewer), viewer)
  },
})
