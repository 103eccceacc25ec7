import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { CheckoutId, OrderRef, PaymentId } from '../identifiers.ts'
import { readIntent } from '../intent.ts'
import { describePayment, PaymentDetail } from '../payment-view.ts'

export const getPayment = defineTool({
  name: 'get_payment',
  title: 'Get payment',
  description:
    'One payment by its id, order or checkout: what is authorised, captured, voided and refunded, what still can be, until when, and the holds and disputes on it.',
  scope: 'payments:read',
  effect: 'read',
  input: z.object({
    payment_id: PaymentId.optional(),
    order_ref: OrderRef.optional(),
    checkout_id: CheckoutId.optional(),
  }),
  output: PaymentDetail,
  text: ({ payment_id, status, amount_minor, currency }) =>
    `${payment_id} of ${formatMoney(amount_minor, currency)} is ${status.replaceAll('_', ' ')}`,
  handle: async (reference, { db }) => describePayment(db, await readIntent(db, reference)),
})
