import { BusinessError } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { paymentSubject } from '../approval-subject.ts'
import type { Tables } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, PaymentId, Reason } from '../identifiers.ts'
import { readIntent, refundable } from '../intent.ts'
import { moverOf } from '../limits.ts'
import { operationOutcome, outcomeStatuses } from '../operation-result.ts'
import { type RefundWish, refundSources, requestRefund, wishOfDraft } from '../refund.ts'
import { paymentUri } from '../uris.ts'
import { beginOperation } from '../workflows/carry-out.ts'

const input = z.object({
  refund_draft_id: z.string().max(64).optional().describe('Draft of propose_refund; or the four below'),
  payment_id: PaymentId.optional(),
  source: z.enum(refundSources).optional().describe('Why money goes back'),
  source_id: z.string().min(1).max(128).optional().describe('Id of the cancellation, return or claim; refunded once'),
  amount_minor: AmountMinor.optional(),
  reason: Reason,
})

export const refundPayment = defineTool({
  name: 'refund_payment',
  title: 'Refund payment',
  description:
    'Give captured money back to the customer, by a draft of propose_refund or by payment, source, source_id and amount. One source is refunded once: the same again answers with that refund; equal refunds for different sources are different refunds.',
  scope: 'payments:refund',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: async (args, { db }) => {
    const { paymentId, amount } = await wishOf(db, args)
    const { currency } = await readIntent(db, { payment_id: paymentId })
    return tierOf(db, { tool: 'refund_payment', amount: { minor: amount, currency } })
  },
  subject: async (args, { db }) => paymentSubject(db, (await wishOf(db, args)).paymentId),
  input,
  output: z.object({
    refund_id: z.string(),
    payment_id: z.string(),
    status: z.enum(outcomeStatuses).describe('unknown: the provider has not answered; it is looked up until it does'),
    amount_minor: z.int(),
    currency: z.string(),
    refunded_minor: z.int().describe('Refunded of this payment in all'),
    refundable_minor: z.int().describe('Can still be refunded'),
    failure_code: z.string().optional(),
    message: z.string().optional(),
  }),
  text: ({ status, amount_minor, currency, payment_id }) =>
    `Refund of ${formatMoney(amount_minor, currency)} of ${payment_id}: ${status}`,
  start: async (args, { db, caller, changed }) => {
    const operation = await requestRefund(db, await wishOf(db, args), moverOf(caller))
    await beginOperation(db, operation, caller.subject)
    changed(paymentUri(operation.intent_id))
    return { workflowId: operation.id, handle: operation.id }
  },
  outcome: async (workflowId, { db }) => {
    const { operation, intent, status } = await operationOutcome(db, workflowId)
    return {
      refund_id: operation.id,
      payment_id: intent.id,
      status,
      amount_minor: operation.amount_minor,
      currency: operation.currency,
      refunded_minor: intent.refunded_minor,
      refundable_minor: refundable(intent),
      ...(operation.failure_code === null ? {} : { failure_code: operation.failure_code }),
      ...(operation.failure_message === null ? {} : { message: operation.failure_message }),
    }
  },
})

/** @throws {BusinessError} invalid_argument unless there is either a draft or all of the rest */
function wishOf(db: Kysely<Tables>, args: z.output<typeof input>): Promise<RefundWish> | RefundWish {
  const { refund_draft_id, payment_id, source, source_id, amount_minor, reason } = args
  const rest = [payment_id, source, source_id, amount_minor]
  if (refund_draft_id !== undefined && rest.every((value) => value === undefined))
    return wishOfDraft(db, refund_draft_id, reason)
  if (refund_draft_id === undefined && payment_id && source && source_id && amount_minor !== undefined)
    return { paymentId: payment_id, source, sourceId: source_id, amount: amount_minor, reason }
  throw new BusinessError(
    'invalid_argument',
    'Give either refund_draft_id, or all of payment_id, source, source_id and amount_minor.',
    { nextActions: [{ tool: 'propose_refund', hint: 'Works out what can be refunded.' }] },
  )
}
