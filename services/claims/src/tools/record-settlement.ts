import { send } from '@backroom/workflows'
import { z } from 'zod'
import { lockClaim } from '../claim.ts'
import { settlementShape } from '../claim-view.ts'
import { defineTool } from '../define.ts'
import { ClaimNumber } from '../identifiers.ts'
import { recordSettlement as record } from '../settlement.ts'
import { SettlementShape } from '../shapes.ts'
import { SETTLEMENT_ENDED, settleSagaId } from '../workflows/settle-claim.ts'

const Reference = z.string().min(1).max(128)

export const recordSettlement = defineTool({
  name: 'record_settlement',
  title: 'Record settlement',
  description:
    'Say how a settlement of settle_claim ended, with what was paid or sent. The same end again changes nothing.',
  scope: 'claims:settle',
  serviceOnly: true,
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    claim_number: ClaimNumber,
    settlement_id: z.string().min(1).max(64),
    status: z.enum(['succeeded', 'failed']),
    payment_refund_ref: Reference.optional(),
    credit_ref: Reference.optional(),
    replacement_order_id: Reference.optional(),
    amount_minor: z.int().nonnegative().optional().describe('What was paid, if anything was'),
    message: z.string().max(1_000).optional().describe('Why it failed'),
  }),
  output: SettlementShape.extend({ claim_number: z.string(), claim_status: z.string() }),
  text: ({ claim_number, status }) => `Settlement of ${claim_number} ${status}`,
  handle: async (args, { db }) => {
    const before = await lockClaim(db, args.claim_number)
    const { claim, settlement, fresh } = await record(db, before, args.settlement_id, {
      status: args.status,
      paymentRef: args.payment_refund_ref,
      creditRef: args.credit_ref,
      replacementRef: args.replacement_order_id,
      message: args.message,
    })
    if (fresh) await send(settleSagaId(claim.number, settlement.id), SETTLEMENT_ENDED, { status: args.status }, db)
    return { claim_number: claim.number, claim_status: claim.status, ...settlementShape(settlement) }
  },
})
