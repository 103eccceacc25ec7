import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { readDispute } from '../dispute.ts'
import { DisputeId } from '../identifiers.ts'
import { Dispute, disputeView } from '../payment-view.ts'

export const getDispute = defineTool({
  name: 'get_dispute',
  title: 'Get dispute',
  description: 'One dispute: amount, reason, until when to answer, and the evidence that was sent.',
  scope: 'payments:read',
  effect: 'read',
  openWorld: true,
  input: z.object({ dispute_id: DisputeId }),
  output: Dispute,
  text: ({ dispute_id, status, amount_minor, currency }) =>
    `${dispute_id} over ${formatMoney(amount_minor, currency)} is ${status.replaceAll('_', ' ')}`,
  handle: async ({ dispute_id }, { db }) => disputeView(await readDispute(db, dispute_id)),
})
