import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { paymentSubject } from '../approval-subject.ts'
import { requestCapture } from '../capture.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, PaymentId } from '../identifiers.ts'
import { capturable } from '../intent.ts'
import { moverOf } from '../limits.ts'
import { operationOutcome, outcomeStatuses } from '../operation-result.ts'
import { paymentUri } from '../uris.ts'
import { beginOperation } from '../workflows/carry-out.ts'

export const capturePayment = defineTool({
  name: 'capture_payment',
  title: 'Capture payment',
  description:
    'Take reserved money for a shipment that has left. One shipment is captured once: the same shipment_ref again answers with its capture. A capture that failed for good may be tried again.',
  scope: 'payments:capture',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: (_, { db }) => tierOf(db, { tool: 'capture_payment' }),
  subject: ({ payment_id }, { db }) => paymentSubject(db, payment_id),
  input: z.object({
    payment_id: PaymentId,
    amount_minor: AmountMinor.optional().describe('Minor units; default: all that is left'),
    shipment_ref: z.string().min(1).max(128).describe('The shipment that it pays'),
    final: z.boolean().default(false).describe('Nothing more will be captured: what is left is released'),
  }),
  output: z.object({
    capture_id: z.string(),
    payment_id: z.string(),
    status: z.enum(outcomeStatuses).describe('unknown: the provider has not answered; it is looked up until it does'),
    amount_minor: z.int(),
    currency: z.string(),
    captured_minor: z.int().describe('Captured of this payment in all'),
    capturable_minor: z.int().describe('Can still be captured'),
    failure_code: z.string().optional(),
    message: z.string().optional(),
  }),
  text: ({ status, amount_minor, currency, payment_id }) =>
    `Capture of ${formatMoney(amount_minor, currency)} of ${payment_id}: ${status}`,
  start: async ({ payment_id, amount_minor, shipment_ref, final }, { db, caller, changed }) => {
    const wish = { paymentId: payment_id, amount: amount_minor, shipmentRef: shipment_ref, final }
    const operation = await requestCapture(db, wish, moverOf(caller))
    await beginOperation(db, operation, caller.subject)
    changed(paymentUri(operation.intent_id))
    return { workflowId: operation.id, handle: operation.id }
  },
  outcome: async (workflowId, { db }) => {
    const { operation, intent, status } = await operationOutcome(db, workflowId)
    return {
      capture_id: operation.id,
      payment_id: intent.id,
      status,
      amount_minor: operation.amount_minor,
      currency: operation.currency,
      captured_minor: intent.captured_minor,
      capturable_minor: capturable(intent),
      ...(operation.failure_code === null ? {} : { failure_code: operation.failure_code }),
      ...(operation.failure_message === null ? {} : { message: operation.failure_message }),
    }
  },
})
