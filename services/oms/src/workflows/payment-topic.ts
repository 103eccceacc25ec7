/** Messages on this topic wake a checkout that waits for its payment; what became of it is asked of payments. */
export const paymentTopic = 'payment'

/** Id of the process that turns a checkout into an order. */
export function checkoutSagaId(checkoutId: string): string {
  return `checkout:${checkoutId}`
}
