import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { paymentSubject } from '../approval-subject.ts'
import { intentStatuses } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, PaymentId, Reason } from '../identifiers.ts'
import { capturable, readIntent } from '../intent.ts'
import { moverOf } from '../limits.ts'
import { operationOutcome, outcomeStatuses } from '../operation-result.ts'
import { paymentUri } from '../uris.ts'
import { requestVoid } from '../voiding.ts'
import { beginOperation } from '../workflows/carry-out.ts'

export const voidAuthorization = defineTool({
  name: 'void_authorization',
  title: 'Void authorisation',
  description:
    'Give back money that is reserved and not captured: all of it, or a part with source_id naming what for. A payment that is not authorised yet is closed, and nothing can be charged for it afterwards. Nothing left to void is no error.',
  scope: 'payments:capture',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: (_, { db }) => tierOf(db, { tool: 'void_authorization' }),
  subject: ({ payment_id }, { db }) => paymentSubject(db, payment_id),
  input: z.object({
    payment_id: PaymentId,
    amount_minor: AmountMinor.optional().describe('Minor units; default: all that is left'),
    reason: Reason,
    source_id: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe('What a part is voided for, such as a cancellation; once'),
  }),
  output: z.object({
    payment_id: z.string(),
    status: z.enum(intentStatuses),
    void_status: z.enum([...outcomeStatuses, 'nothing_to_void']),
    voided_minor: z.int().describe('Voided of this payment in all'),
    capturable_minor: z.int().describe('Can still be captured'),
  }),
  text: ({ payment_id, status, void_status }) => `Void of ${payment_id}: ${void_status}; the payment is ${status}`,
  start: async ({ payment_id, amount_minor, reason, source_id }, { db, caller, changed }) => {
    const wish = { paymentId: payment_id, amount: amount_minor, reason, sourceId: source_id }
    const { intent, operation } = await requestVoid(db, wish, moverOf(caller))
    changed(paymentUri(intent.id))
    if (!operation) return { workflowId: intent.id, handle: intent.id }
    await beginOperation(db, operation, caller.subject)
    return { workflowId: operation.id, handle: operation.id }
  },
  outcome: async (workflowId, { db }) => {
    const { intent, status } = workflowId.startsWith('pay_')
      ? { intent: await readIntent(db, { payment_id: workflowId }), status: 'nothing_to_void' as const }
      : await operationOutcome(db, workflowId)
    return {
      payment_id: intent.id,
      status: intent.status,
      void_status: status,
      voided_minor: intent.voided_minor,
      capturable_minor: capturable(intent),
    }
  },
})
