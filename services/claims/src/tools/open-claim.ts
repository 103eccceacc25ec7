import { BusinessError } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { begin, outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { getClaim, nextNumber } from '../claim.ts'
import { describeClaim } from '../claim-view.ts'
import { claimKinds, settlementMethods } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, OrderLineId, OrderReference, Quantity, ShipmentReference, Statement } from '../identifiers.ts'
import { ClaimShape } from '../shapes.ts'
import { viewerOf } from '../viewer.ts'
import { openClaim as workflow } from '../workflows/open-claim.ts'

export const openClaim = defineTool({
  name: 'open_claim',
  title: 'Open claim',
  description:
    'Claim for goods of an order that came damaged, wrong, late or not at all. What is claimed is set apart at once, so that no return can be paid for it as well; a draft sets nothing apart and is replaced by the claim that is opened for the same goods. A claim or return about the same goods is answered with conflict and possible_duplicate_of; force_new says that other units are meant.',
  scope: 'claims:write',
  effect: 'write',
  idempotent: true,
  repeat: 'suspicious',
  input: z.object({
    order_id: OrderReference.optional().describe('Order id or number; or name the shipment'),
    shipment_id: ShipmentReference.optional(),
    type: z.enum(claimKinds),
    lines: z
      .array(
        z.object({
          order_line_id: OrderLineId,
          qty: Quantity,
          amount_minor: AmountMinor.optional().describe('Default: what the units cost; for type late, their shipping'),
          keep_item: z.boolean().default(false).describe('The customer keeps the goods'),
        }),
      )
      .min(1)
      .max(200)
      .optional()
      .describe('Default: everything in the shipment, or everything that was shipped'),
    requested: z.enum(settlementMethods).default('refund').describe('What the customer would like'),
    statement: Statement.optional().describe('What happened, in the words of whoever claims'),
    draft: z.boolean().default(false).describe('Prepare it only: nothing is claimed yet'),
    rma_number: z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .optional()
      .describe('Draft only: the return that the goods are part of and that compensates the customer'),
    force_new: z
      .boolean()
      .default(false)
      .describe('Set true only when this is about other units than a claim or return of the same lines'),
  }),
  output: ClaimShape,
  text: ({ claim_number, status, requested_minor, currency }) =>
    `${claim_number} over ${formatMoney(requested_minor, currency)} is ${status}`,
  start: async (args, { db, caller }) => {
    const { order_id: orderId, shipment_id: shipmentRef } = args
    if (orderId === undefined && shipmentRef === undefined)
      throw new BusinessError('invalid_argument', 'Name the order in order_id, or the shipment in shipment_id.')
    if (args.rma_number !== undefined && !args.draft)
      throw new BusinessError(
        'invalid_argument',
        'A return is paid as a return: with rma_number, only draft the claim.',
      )
    const number = await nextNumber(db)
    await begin(db, workflow, {
      id: number,
      subject: orderId ?? shipmentRef ?? '',
      startedBy: caller.subject,
      input: {
        number,
        orderId,
        shipmentRef,
        kind: args.type,
        lines: args.lines?.map(({ order_line_id, qty, amount_minor, keep_item }) => ({
          orderLineId: order_line_id,
          qty,
          amountMinor: amount_minor,
          keepItem: keep_item,
        })),
        requested: args.requested,
        statement: args.statement ?? null,
        draft: args.draft,
        rmaNumber: args.rma_number ?? null,
        separate: args.force_new,
        customerId: viewerOf(caller).customerId,
        actor: caller.subject,
      },
    })
    return { workflowId: number, handle: number }
  },
  outcome: async (workflowId, { db, caller }) => {
    const { number } = await outcomeOf(workflow, workflowId)
    const viewer = viewerOf(caller)
    return describeClaim(db, await getClaim(db, number, viewer), viewer)
  },
})
