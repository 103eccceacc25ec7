import { defineWorkflow } from '@backroom/workflows'
import { paymentOfCheckout, refundPayment, voidAuthorization } from './payment-calls.ts'

export interface LatePayment {
  checkoutId: string
}

/** Money that arrives for a checkout that has come to nothing goes back at once. */
export const returnLatePayment = defineWorkflow()({
  name: 'return_late_payment',
  kind: 'late_payment',
  async run({ checkoutId }: LatePayment, steps): Promise<void> {
    steps.pivot()
    const payment = await paymentOfCheckout(steps, 'payment', checkoutId)
    if (!payment) return
    const { payment_id: paymentId, capturable_minor, refundable_minor } = payment
    const reason = 'The payment came after the checkout had ended'
    if (capturable_minor > 0) await voidAuthorization(steps, 'void', { paymentId, reason, sourceId: checkoutId })
    if (refundable_minor > 0)
      await refundPayment(steps, 'refund', {
        ...{ paymentId, source: 'late_payment', sourceId: checkoutId },
        ...{ amountMinor: refundable_minor, reason },
      })
  },
})
