import { formatMoney } from '@backroom/money'
import { begin, outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { getClaim, linesOf, lockClaim, requireVersion } from '../claim.ts'
import { settlementShape } from '../claim-view.ts'
import { settlementMethods } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { ClaimNumber, ExpectedVersion } from '../identifiers.ts'
import { getSettlement, paid, requestSettlement } from '../settlement.ts'
import { SettlementShape } from '../shapes.ts'
import { requireStaff } from '../viewer.ts'
import { drawSource } from '../workflows/draw-source.ts'
import { settleSagaId, settleClaim as workflow } from '../workflows/settle-claim.ts'

export const settleClaim = defineTool({
  name: 'settle_claim',
  title: 'Settle claim',
  description:
    'Compensate an approved claim by refund, replacement or store credit, up to what was approved. A claim is settled once: the same again answers with that settlement. status failed: nothing was paid, and it may be settled in another way. in_progress: ask get_claim.',
  scope: 'claims:settle',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({
    claim_number: ClaimNumber,
    method: z.enum(settlementMethods),
    expected_version: ExpectedVersion.optional(),
  }),
  output: SettlementShape.extend({ claim_number: z.string(), claim_status: z.string() }),
  text: ({ claim_number, method, amount_minor, currency, status }) =>
    `${method.replaceAll('_', ' ')} of ${formatMoney(amount_minor, currency)} for ${claim_number}: ${status}`,
  start: async ({ claim_number, method, expected_version }, { db, caller }) => {
    requireStaff(caller)
    const claim = await lockClaim(db, claim_number)
    const { number } = claim
    if (claim.status === 'approved' || claim.status === 'partially_approved') requireVersion(claim, expected_version)
    const { settlement, fresh } = await requestSettlement(db, claim, { method, actor: caller.subject })
    const id = settleSagaId(number, settlement.id)
    if (fresh) {
      const refused = (await linesOf(db, [claim.id])).filter((line) => !paid(line))
      const refusedLines = refused.map(({ order_line_id }) => order_line_id)
      const input = { number, settlementId: settlement.id, sourceId: drawSource(claim), refusedLines }
      await begin(db, workflow, { id, subject: number, input, startedBy: caller.subject })
    }
    return { workflowId: id, handle: number }
  },
  outcome: async (workflowId, { db }) => {
    const { number } = await outcomeOf(workflow, workflowId)
    const claim = await getClaim(db, number)
    const settlement = await getSettlement(db, claim, workflowId.slice(number.length + 1))
    return { claim_number: number, claim_status: claim.status, ...settlementShape(settlement) }
  },
})
